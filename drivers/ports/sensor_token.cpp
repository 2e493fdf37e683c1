#include "drivers/ports/sensor_token.hpp"

#include "drivers/ports/openssl_parts.hpp"
#include "protocol/hex.hpp"

#include <algorithm>
#include <array>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace hearth {
namespace {

constexpr auto token_bytes = 32;

std::string text_of(const unsigned char* bytes, std::size_t count) {
  return hex_of({reinterpret_cast<const char*>(bytes), count});
}

}  // namespace

result<std::string> make_sensor_token() {
  auto bytes = std::array<unsigned char, token_bytes>{};
  if (RAND_bytes(bytes.data(), token_bytes) != 1)
    return failed(fault_code::io, "no randomness for a token: " + openssl::last_words());
  return text_of(bytes.data(), bytes.size());
}

std::string sensor_token_digest(std::string_view token) {
  auto sum = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto length = 0U;
  EVP_Digest(token.data(), token.size(), sum.data(), &length, EVP_sha256(), nullptr);
  return text_of(sum.data(), length);
}

bool is_token_of(std::string_view digest, std::string_view token) {
  auto wanted = std::string{digest};
  std::ranges::transform(wanted, wanted.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
  const auto given = sensor_token_digest(token);
  return wanted.size() == given.size() &&
         CRYPTO_memcmp(wanted.data(), given.data(), given.size()) == 0;
}

}  // namespace hearth
