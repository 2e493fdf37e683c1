#include "drivers/ports/tls_keys.hpp"

#include "drivers/ports/openssl_parts.hpp"
#include "drivers/ports/private_file.hpp"

namespace hearth {
namespace {

result<void> usable_authority(const std::string& file) {
  const auto facts = read_certificate(file);
  if (!facts) return failed(facts.error().code, "of the authority: " + facts.error().detail);
  return {};
}

result<void> usable_pair(const mqtt_options& options, time_point now) {
  const auto facts = read_certificate(options.cert);
  if (!facts) return tl::make_unexpected(facts.error());
  const auto key_text = read_private_file("key", options.key);
  if (!key_text) return tl::make_unexpected(key_text.error());
  const auto key = openssl::private_key_from(*key_text);
  if (!key)
    return failed(fault_code::malformed, "there is no key (PEM, without a passphrase) in " +
                                             options.key + ": " + openssl::last_words());
  const auto text = read_text_file("certificate", options.cert);
  const auto certificate = openssl::certificate_from(text.value_or(""));
  if (!certificate || X509_check_private_key(certificate.get(), key.get()) != 1) {
    static_cast<void>(openssl::last_words());
    return failed(fault_code::mismatch, "the key " + options.key +
                                            " is not that of the certificate " + options.cert +
                                            ": they must be made together and copied together");
  }
  const auto state = validity_at(*facts, now);
  if (state == validity::expired || state == validity::not_yet)
    return failed(state == validity::expired ? fault_code::refused : fault_code::not_ready,
                  *validity_text(*facts, "our certificate " + options.cert, now));
  return {};
}

}  // namespace

result<void> usable_keys(const mqtt_options& options, time_point now) {
  if (!options.ca.empty())
    if (const auto ca = usable_authority(options.ca); !ca) return ca;
  if (options.cert.empty() != options.key.empty())
    return failed(fault_code::malformed, options.key.empty()
                                             ? "a certificate is of no use without its key"
                                             : "a key is of no use without its certificate");
  if (options.cert.empty()) return {};
  return usable_pair(options, now);
}

std::optional<certificate_notice> notice_about(const mqtt_options& options, time_point now) {
  if (options.cert.empty()) return {};
  const auto facts = read_certificate(options.cert);
  if (!facts) return {};
  const auto text = validity_text(*facts, "our certificate " + options.cert, now);
  if (!text) return {};
  return certificate_notice{validity_at(*facts, now), *text};
}

}  // namespace hearth
