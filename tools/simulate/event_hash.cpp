#include "tools/simulate/event_hash.hpp"

#include "protocol/codec.hpp"

#include <array>
#include <openssl/evp.h>

namespace hearth::simulate {

event_hash::event_hash() : context_{EVP_MD_CTX_new()} {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}

void event_hash::closer::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void event_hash::add(const body& said) {
  auto e = envelope{};
  e.body = said;
  const auto bytes = encode(e);
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string event_hash::hex() const {
  const auto copy = std::unique_ptr<evp_md_ctx_st, closer>{EVP_MD_CTX_new()};
  auto sum = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto length = 0U;
  EVP_MD_CTX_copy_ex(copy.get(), context_.get());
  EVP_DigestFinal_ex(copy.get(), sum.data(), &length);
  auto out = std::string{};
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  for (auto i = 0U; i < length; ++i) {
    out += digits[sum[i] >> 4U];
    out += digits[sum[i] & 15U];
  }
  return out;
}

}  // namespace hearth::simulate
