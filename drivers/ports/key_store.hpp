#pragma once

#include "drivers/ports/certificate.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// A folder of keys: one authority of one's own and what it has certified.
///
///   ca.crt, ca.key       the authority; the key never leaves this folder
///   ca.crl               what it has revoked; there from the beginning, empty
///   NAME.crt, NAME.key   of a broker, a node, a site or a page; a name is used once
///   old/                 what was renewed, by serial number
namespace hearth {

using key_days = std::chrono::days;
inline constexpr auto authority_life = key_days{20 * 365 + 5};
/// Long enough that a house is not lost to a forgotten date, short enough that keys change hands
/// only for some years.
inline constexpr auto certificate_life = key_days{3 * 365};

/// Of a page: Apple's devices take no server certificate of more than 825 days, not even of an
/// authority that their owner trusts, and one of these counts the day before its making too.
/// Browsers' shorter bounds are for public authorities only.
inline constexpr auto portal_life = key_days{800};
inline constexpr auto portal_life_longest = key_days{824};

struct key_request {
  key_role role = key_role::site;
  std::string name;
  std::vector<std::string> addresses;  ///< of a broker or a page: IP numbers, host names
  key_days life = certificate_life;
};

/// What to write into a layout or give to `atn`.
struct key_files {
  std::filesystem::path ca, cert, key;
};

enum class revoke_which : unsigned char { all_of_the_name, renewed_ones };

/// Why a name cannot be that of a broker, a node, a site or a page; nothing if it can. It becomes a
/// file name, an MQTT user name and, of a site, a level of MQTT topics.
std::optional<std::string> name_trouble(key_role role, const std::string& name);

class key_store {
 public:
  /// Makes the folder and its authority. An existing authority is never overwritten.
  static result<key_store> create(const std::filesystem::path& folder, time_point now);
  /// Opens it for changes; one program at a time, another waits.
  static result<key_store> open(const std::filesystem::path& folder);
  key_store(key_store&&) noexcept;
  key_store& operator=(key_store&&) noexcept;
  ~key_store();

  /// A new key and its certificate. A name that has one keeps it.
  result<key_files> issue(const key_request& request, time_point now);
  /// A new key and certificate like the present one, which is kept in `old/` and stays valid
  /// until it is revoked or ends. Without `life` the new one lives as long as the old one did.
  result<key_files> renew(const std::string& name, std::optional<key_days> life, time_point now);
  /// Puts certificates of the name on the revocation list. The number of those newly on it.
  result<std::size_t> revoke(const std::string& name, revoke_which which, time_point now);

 private:
  struct opened;
  explicit key_store(std::unique_ptr<opened> o);
  std::unique_ptr<opened> opened_;
};

}  // namespace hearth
