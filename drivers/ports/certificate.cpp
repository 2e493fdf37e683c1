#include "drivers/ports/certificate.hpp"

#include "drivers/ports/openssl_parts.hpp"
#include "drivers/ports/private_file.hpp"
#include "protocol/hex.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace hearth {
namespace {

constexpr auto urn = std::string_view{"urn:hearth:"};

std::string_view bytes(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_text(std::string_view raw) {
  auto text = std::array<char, INET6_ADDRSTRLEN>{};
  const auto family = raw.size() == 4 ? AF_INET : AF_INET6;
  if (raw.size() != 4 && raw.size() != 16) return {};
  return ::inet_ntop(family, raw.data(), text.data(), text.size()) ? text.data() : std::string{};
}

std::string fingerprint_of(const X509* certificate) {
  auto digest = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto size = 0U;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return hex_of({reinterpret_cast<const char*>(digest.data()), size});
}

/// "urn:hearth:site:maple-12" says role and name.
void read_urn(certificate_facts& facts, std::string_view uri) {
  if (!uri.starts_with(urn)) return;
  const auto rest = uri.substr(urn.size());
  const auto colon = rest.find(':');
  if (colon == rest.npos) return;
  for (const auto role :
       {key_role::authority, key_role::broker, key_role::node, key_role::site, key_role::portal})
    if (rest.substr(0, colon) == to_text(role)) {
      facts.role = role;
      facts.name = rest.substr(colon + 1);
    }
}

void read_names(certificate_facts& facts, const X509* certificate) {
  const auto all = openssl::names{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  if (!all) return;
  for (auto i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const auto* const one = sk_GENERAL_NAME_value(all.get(), i);
    auto type = 0;
    const auto* const value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(one, &type));
    if (type == GEN_DNS) facts.addresses.emplace_back(bytes(value));
    if (type == GEN_IPADD) facts.addresses.push_back(address_text(bytes(value)));
    if (type == GEN_URI) read_urn(facts, bytes(value));
  }
}

bool has_signed(X509* authority, X509* other) {
  return X509_check_ca(authority) == 1 && X509_check_issued(authority, other) == X509_V_OK &&
         X509_verify(other, X509_get0_pubkey(authority)) == 1;
}

}  // namespace

std::string_view to_text(key_role role) {
  switch (role) {
  case key_role::authority: return "authority";
  case key_role::broker: return "broker";
  case key_role::node: return "node";
  case key_role::site: return "site";
  case key_role::portal: return "portal";
  }
  return "?";
}

std::string_view to_text(validity v) {
  switch (v) {
  case validity::good: return "good";
  case validity::ends_soon: return "ends soon";
  case validity::expired: return "expired";
  case validity::not_yet: return "not yet valid";
  }
  return "?";
}

certificate_facts facts_of(const x509_st* certificate) {
  auto facts = certificate_facts{};
  facts.common_name = openssl::common_name(X509_get_subject_name(certificate));
  facts.name = facts.common_name;
  facts.issuer = openssl::common_name(X509_get_issuer_name(certificate));
  facts.from = openssl::time_of(X509_get0_notBefore(certificate));
  facts.until = openssl::time_of(X509_get0_notAfter(certificate));
  facts.fingerprint = fingerprint_of(certificate);
  facts.serial = openssl::serial_of(X509_get0_serialNumber(certificate));
  read_names(facts, certificate);
  return facts;
}

result<certificate_facts> read_certificate(const std::filesystem::path& file) {
  const auto pem = read_text_file("certificate", file);
  if (!pem) return tl::make_unexpected(pem.error());
  const auto certificate = openssl::certificate_from(*pem);
  if (!certificate)
    return failed(fault_code::malformed, "there is no certificate (PEM) in " + file.string() +
                                             ": " + openssl::last_words());
  return facts_of(certificate.get());
}

result<std::string> authority_of(const std::filesystem::path& file) {
  const auto chain = read_text_file("certificate", file);
  if (!chain) return tl::make_unexpected(chain.error());
  const auto beside = file.parent_path() / "ca.crt";
  auto all = openssl::certificates_from(*chain);
  if (all.empty())
    return failed(fault_code::malformed, "there is no certificate (PEM) in " + file.string());
  for (auto& more : openssl::certificates_from(read_text_file("authority", beside).value_or("")))
    all.push_back(std::move(more));
  // From one to who has signed it, until one has signed itself. Each is passed once at most.
  auto* at = all.front().get();
  for (auto left = all.size(); left > 0 && !has_signed(at, at); --left) {
    const auto above = std::ranges::find_if(
        all, [&](const auto& one) { return one.get() != at && has_signed(one.get(), at); });
    if (above == all.end()) break;
    at = above->get();
  }
  const auto is_root = has_signed(at, at);
  static_cast<void>(openssl::last_words());
  if (!is_root)
    return failed(fault_code::no_such_device, "the authority that signed " + file.string() +
                                                  " is neither in that file nor in " +
                                                  beside.string());
  return openssl::pem_of(at);
}

result<std::vector<std::string>> read_revoked_serials(const std::filesystem::path& file) {
  const auto pem = read_text_file("revocation list", file);
  if (!pem) return tl::make_unexpected(pem.error());
  const auto list = openssl::revocations_from(*pem);
  if (!list)
    return failed(fault_code::malformed, "there is no revocation list (PEM) in " + file.string() +
                                             ": " + openssl::last_words());
  auto serials = std::vector<std::string>{};
  auto* const all = X509_CRL_get_REVOKED(list.get());
  for (auto i = 0; i < sk_X509_REVOKED_num(all); ++i)
    serials.push_back(
        openssl::serial_of(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(all, i))));
  return serials;
}

std::string addresses_text(const certificate_facts& facts) {
  auto text = std::string{};
  for (const auto& address : facts.addresses) text += (text.empty() ? "" : ", ") + address;
  return text.empty() ? "no host at all" : text;
}

time_point certificate_time() {
  const auto now = openssl::moment{X509_gmtime_adj(nullptr, 0)};
  return now ? openssl::time_of(now.get()) : time_point{};
}

validity validity_at(const certificate_facts& facts, time_point now) {
  if (now < facts.from) return validity::not_yet;
  if (now >= facts.until) return validity::expired;
  return facts.until - now < renew_ahead ? validity::ends_soon : validity::good;
}

long days_left(const certificate_facts& facts, time_point now) {
  return std::chrono::floor<std::chrono::days>(facts.until - now).count();
}

std::optional<std::string> validity_text(const certificate_facts& facts, const std::string& whose,
                                         time_point now) {
  const auto clock =
      "this machine's clock says " + to_iso8601(std::chrono::floor<std::chrono::seconds>(now));
  switch (validity_at(facts, now)) {
  case validity::good: return {};
  case validity::ends_soon: {
    const auto days = days_left(facts, now);
    return whose + " ends on " + to_iso8601(facts.until) +
           (days == 0   ? ", today"
            : days == 1 ? ", in 1 day"
                        : ", in " + std::to_string(days) + " days") +
           ": renew it (scada keys renew)";
  }
  case validity::expired:
    return whose + " expired on " + to_iso8601(facts.until) + " (" + clock +
           "): renew it (scada keys renew), or set the clock if that is wrong";
  case validity::not_yet:
    return whose + " is valid only from " + to_iso8601(facts.from) + " on, and " + clock +
           ": the clock is probably wrong; it is tried again as time is set (timedatectl)";
  }
  return {};
}

}  // namespace hearth
