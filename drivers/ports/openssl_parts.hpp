#pragma once

#include "protocol/time.hpp"

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string>
#include <string_view>
#include <vector>

/// OpenSSL's things as owners that free them. Only for the files of this folder that speak to it.
namespace hearth::openssl {

template <auto Free>
struct freed_by {
  template <class Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};
template <class Thing, auto Free>
using owner = std::unique_ptr<Thing, freed_by<Free>>;

using certificate = owner<X509, X509_free>;
using private_key = owner<EVP_PKEY, EVP_PKEY_free>;
using revocations = owner<X509_CRL, X509_CRL_free>;
using memory = owner<BIO, BIO_free>;
using number = owner<ASN1_INTEGER, ASN1_INTEGER_free>;
using moment = owner<ASN1_TIME, ASN1_TIME_free>;
using names = owner<GENERAL_NAMES, GENERAL_NAMES_free>;
using context = owner<SSL_CTX, SSL_CTX_free>;
using session = owner<SSL, SSL_free>;

/// What OpenSSL says about the last failure on this thread, which it then forgets.
std::string last_words();

certificate certificate_from(std::string_view pem);
/// All of them, in their order; what else stands in the text is passed over. 16 at most: a chain
/// has three or four.
std::vector<certificate> certificates_from(std::string_view pem);
/// Asks nobody for a passphrase: an encrypted key is a key that cannot be read.
private_key private_key_from(std::string_view pem);
revocations revocations_from(std::string_view pem);

/// Empty if there is no memory for it.
std::string pem_of(X509* certificate);

/// The memory as text.
std::string text_of(BIO* memory);

std::string common_name(const X509_NAME* name);
time_point time_of(const ASN1_TIME* time);
std::string serial_of(const ASN1_INTEGER* serial);

}  // namespace hearth::openssl
