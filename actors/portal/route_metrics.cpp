#include "actors/portal/json_answer.hpp"
#include "actors/portal/metrics_families.hpp"
#include "actors/portal/request_checks.hpp"
#include "drivers/ports/metrics_text.hpp"
#include "drivers/ports/sensor_token.hpp"

/// For Prometheus, which has no cookie but a token of its own.
namespace hearth {
namespace {

constexpr std::size_t token_digits = 64;

bool may_read(const portal_desk& desk, const web_request& asked) {
  const auto& digest =
      desk.view.house().portal ? desk.view.house().portal->metrics_token_sha256 : std::string{};
  const auto token = bearer_token(header_of(asked, "authorization").value_or(""));
  return !digest.empty() && token && token->size() == token_digits && is_token_of(digest, *token);
}

}  // namespace

reply serve_metrics(portal_desk& desk, const visit& v) {
  // Whoever has no token need not know that there is something.
  if (!may_read(desk, v.asked)) return problem(404, "there is nothing here");
  return asked_how_history_fares{[&desk, now = v.now](const history_status* fares) {
    return web_response{200,
                        {{"Content-Type", metrics_content_type}},
                        metrics_text(metrics_families(desk, fares, now))};
  }};
}

}  // namespace hearth
