#pragma once

#include "protocol/fault.hpp"
#include "protocol/time.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct x509_st;  // of OpenSSL

/// What a certificate says, as values.
namespace hearth {

/// Whose certificate it is; it stands in the certificate, so that no site can pass for a node.
enum class key_role : unsigned char { authority, broker, node, site, portal };
std::string_view to_text(key_role role);

struct certificate_facts {
  std::optional<key_role> role;  ///< absent: not one of ours
  std::string name;              ///< common name without the role: "maple-12"
  std::string common_name;       ///< what a broker takes for the user name: "node:main"
  std::string issuer;
  std::vector<std::string> addresses;  ///< host names and numbers a broker or a page is reached by
  time_point from, until;
  std::string fingerprint;  ///< SHA-256, hex
  std::string serial;       ///< hex
};

/// Of a certificate that OpenSSL holds.
certificate_facts facts_of(const x509_st* certificate);

/// Reads a PEM file that holds a certificate; of several, the first.
result<certificate_facts> read_certificate(const std::filesystem::path& file);

/// The certificate (PEM, nothing else) of the authority that vouches in the end for the first one
/// of a file: one that stands behind it there, or `ca.crt` beside the file. Signatures are
/// verified, so that no other authority and no key ever comes out of it.
result<std::string> authority_of(const std::filesystem::path& file);

/// Serial numbers that a revocation list (PEM) names.
result<std::vector<std::string>> read_revoked_serials(const std::filesystem::path& file);

/// "192.0.2.7, broker.example.net", or "no host at all".
std::string addresses_text(const certificate_facts& facts);

/// The time by which OpenSSL judges certificates: the machine's, whatever house time a demo
/// lives in.
time_point certificate_time();

enum class validity : unsigned char { good, ends_soon, expired, not_yet };
std::string_view to_text(validity v);

/// So long before its end a certificate wants to be renewed.
inline constexpr auto renew_ahead = std::chrono::days{30};

validity validity_at(const certificate_facts& facts, time_point now);
/// Negative once it has expired.
long days_left(const certificate_facts& facts, time_point now);

/// The sentence about a certificate that is not simply good; nothing if it is. `whose` begins it:
/// "this house's certificate keys/maple-12.crt". It names the clock where that may be the culprit.
std::optional<std::string> validity_text(const certificate_facts& facts, const std::string& whose,
                                         time_point now);

}  // namespace hearth
