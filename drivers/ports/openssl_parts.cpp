#include "drivers/ports/openssl_parts.hpp"

#include <ctime>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace hearth::openssl {
namespace {

memory reading(std::string_view text) {
  return memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

}  // namespace

std::string last_words() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  const auto* const text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return text ? text : "OpenSSL does not say why";
}

certificate certificate_from(std::string_view pem) {
  return certificate{PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr)};
}

std::vector<certificate> certificates_from(std::string_view pem) {
  constexpr auto most = std::size_t{16};
  const auto text = reading(pem);
  auto all = std::vector<certificate>{};
  while (all.size() < most) {
    auto next = certificate{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)};
    if (!next) break;
    all.push_back(std::move(next));
  }
  ERR_clear_error();
  return all;
}

private_key private_key_from(std::string_view pem) {
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  return private_key{PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, no_passphrase, nullptr)};
}

revocations revocations_from(std::string_view pem) {
  return revocations{PEM_read_bio_X509_CRL(reading(pem).get(), nullptr, nullptr, nullptr)};
}

std::string pem_of(X509* certificate) {
  const auto text = memory{BIO_new(BIO_s_mem())};
  if (!text || PEM_write_bio_X509(text.get(), certificate) != 1) return {};
  return text_of(text.get());
}

std::string text_of(BIO* memory) {
  char* begin = nullptr;
  const auto size = BIO_get_mem_data(memory, &begin);
  return size > 0 ? std::string{begin, static_cast<std::size_t>(size)} : std::string{};
}

std::string common_name(const X509_NAME* name) {
  const auto place = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (place < 0) return {};
  const auto* const value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

time_point time_of(const ASN1_TIME* time) {
  auto parts = std::tm{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  using namespace std::chrono;
  const auto day = year{parts.tm_year + 1900} / (parts.tm_mon + 1) / parts.tm_mday;
  return sys_days{day} + hours{parts.tm_hour} + minutes{parts.tm_min} + seconds{parts.tm_sec};
}

std::string serial_of(const ASN1_INTEGER* serial) {
  const auto big = owner<BIGNUM, BN_free>{ASN1_INTEGER_to_BN(serial, nullptr)};
  if (!big) return {};
  const auto free = [](char* text) { OPENSSL_free(text); };
  const auto text = std::unique_ptr<char, decltype(free)>{BN_bn2hex(big.get()), free};
  return text ? text.get() : std::string{};
}

}  // namespace hearth::openssl
