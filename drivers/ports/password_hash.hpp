#pragma once

#include "drivers/accounts.hpp"

namespace hearth {

/// What one Argon2id hash costs. OWASP's Password Storage Cheat Sheet names m = 19 MiB, t = 2,
/// p = 1 as the least; it is also what a Pi can spare: the memory is taken while a hash is made
/// and given back after.
struct argon2_cost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
};
inline constexpr std::uint32_t argon2_salt_bytes = 16;  ///< RFC 9106, section 3.1
inline constexpr std::uint32_t argon2_hash_bytes = 32;

/// Argon2id by libargon2. Hashes of other costs than `cost` are verified too, as long as they cost
/// no more than twice its memory and passes.
password_hashing argon2id_hashing(argon2_cost cost = {});

/// From the operating system; empty if it has none to give.
std::string random_bytes(std::size_t count);

}  // namespace hearth
