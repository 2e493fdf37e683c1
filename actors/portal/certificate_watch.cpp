#include "actors/portal/certificate_watch.hpp"

#include "protocol/time.hpp"

#include <utility>

namespace hearth {
namespace {

constexpr auto told_every = duration{std::chrono::hours{24}};

struct trouble {
  hearth::severity severity;
  const char* kind;
  std::string text;
};

/// One at a time, the worst: what is said of both would be two alarms of one remedy.
std::optional<trouble> trouble_of(const web_certificate& is) {
  const auto newer = is.refused ? "a newer one is not taken: " + *is.refused : std::string{};
  if (is.is_invalid)
    return trouble{severity::alarm, "page-certificate-invalid",
                   is.trouble.value_or("the page's certificate is not valid") +
                       (newer.empty() ? newer : "; " + newer)};
  if (is.refused)
    return trouble{severity::warning, "page-certificate-refused",
                   is.trouble.value_or("the page goes on with the certificate it has, until " +
                                       to_iso8601(is.until)) +
                       "; " + newer};
  if (is.trouble) return trouble{severity::warning, "page-certificate-expiring", *is.trouble};
  return {};
}

}  // namespace

std::vector<event> certificate_watch::look(const web_certificate& is, const std::string& site,
                                           time_point at, time_point outside) {
  auto out = std::vector<event>{};
  const auto wrong = trouble_of(is);
  const auto before = std::exchange(fingerprint_, is.fingerprint);
  const auto is_another = !before.empty() && before != is.fingerprint;
  if (is_another || (told_ && !wrong)) {
    out.push_back({severity::info, "page-certificate-renewed", site,
                   "the page's certificate is valid until " + to_iso8601(is.until), at});
    told_.reset();
  }
  if (!wrong) return out;
  // A clock that was set back must not keep it silent.
  const auto is_told = told_ && told_->kind == wrong->kind && told_->refused == is.refused &&
                       outside >= told_->at && outside - told_->at < told_every;
  if (is_told) return out;
  out.push_back({wrong->severity, wrong->kind, site, wrong->text, at});
  told_ = word{wrong->kind, is.refused, outside};
  return out;
}

}  // namespace hearth
