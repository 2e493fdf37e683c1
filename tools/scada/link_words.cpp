#include "tools/scada/link_words.hpp"

#include "drivers/ports/tls_keys.hpp"

namespace hearth::tools {

std::vector<event> link_words(const layout& house, time_point now) {
  if (!house.link) return {};
  const auto& link = *house.link;
  auto words = std::vector<event>{};
  if (link.anyone_may_command)
    words.push_back({severity::warning, "plain-text-link", link.broker,
                     "the layout lets the link leave this machine in plain text: whoever is on the "
                     "way reads all and can command this house",
                     now});
  auto options = mqtt_options{};
  if (!link.cert.empty())
    options.cert = link.cert.front() == '/' ? link.cert : house.folder + "/" + link.cert;
  if (const auto notice = notice_about(options, certificate_time()))
    words.push_back(
        {severity::warning,
         notice->state == validity::ends_soon ? "certificate-expiring" : "certificate-invalid",
         house.site, notice->text, now});
  return words;
}

}  // namespace hearth::tools
