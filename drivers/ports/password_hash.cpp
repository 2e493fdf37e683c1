#include "drivers/ports/password_hash.hpp"

#include <argon2.h>
#include <charconv>
#include <openssl/rand.h>
#include <optional>

namespace hearth {
namespace {

/// "$argon2id$v=19$m=19456,t=2,p=1$…": what verifying it would cost.
std::optional<argon2_cost> cost_of(std::string_view encoded) {
  constexpr auto head = std::string_view{"$argon2id$v=19$m="};
  if (!encoded.starts_with(head)) return {};
  auto cost = argon2_cost{};
  const auto* at = encoded.data() + head.size();
  const auto* const end = encoded.data() + encoded.size();
  const auto read = [&](std::uint32_t& into, std::string_view then) {
    const auto [stop, bad] = std::from_chars(at, end, into);
    if (bad != std::errc{} || !std::string_view{stop, end}.starts_with(then)) return false;
    at = stop + then.size();
    return true;
  };
  if (!read(cost.memory_kib, ",t=") || !read(cost.passes, ",p=") || !read(cost.lanes, "$"))
    return {};
  return cost;
}

}  // namespace

password_hashing argon2id_hashing(argon2_cost cost) {
  const auto hash = [cost](const std::string& password) -> result<std::string> {
    const auto salt = random_bytes(argon2_salt_bytes);
    if (salt.empty()) return failed(fault_code::io, "no randomness for a password's salt");
    auto encoded = std::string(argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes,
                                                 argon2_salt_bytes, argon2_hash_bytes, Argon2_id),
                               '\0');
    const auto code = argon2id_hash_encoded(
        cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(), salt.data(),
        salt.size(), argon2_hash_bytes, encoded.data(), encoded.size());
    if (code != ARGON2_OK)
      return failed(fault_code::io,
                    std::string{"a password cannot be hashed: "} + argon2_error_message(code));
    encoded.resize(encoded.find('\0'));
    return encoded;
  };
  const auto verify = [cost](const std::string& encoded, const std::string& password) {
    // A file that somebody made must not have us take all memory there is.
    const auto asked = cost_of(encoded);
    if (!asked || asked->memory_kib > 2 * cost.memory_kib || asked->passes > 2 * cost.passes ||
        asked->lanes > cost.lanes)
      return false;
    return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK;
  };
  return {hash, verify};
}

std::string random_bytes(std::size_t count) {
  auto bytes = std::string(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
    return {};
  return bytes;
}

}  // namespace hearth
