#include "drivers/ports/web_keys.hpp"

#include "drivers/ports/openssl_parts.hpp"
#include "drivers/ports/private_file.hpp"

#include <boost/asio/buffer.hpp>
#include <sys/stat.h>

namespace hearth {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
using error = boost::system::error_code;

namespace {

/// With TLS 1.2 only ciphers with forward secrecy that also authenticate; those of 1.3 all do.
constexpr auto ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view http_1_1 = "http/1.1";

/// Agrees on HTTP/1.1 with whoever asks; who offers only something else is told so.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned int bytes, void*) {
  for (auto at = 0U; at < bytes; at += offered[at] + 1U) {
    const auto* const name = reinterpret_cast<const char*>(offered + at + 1);
    if (at + 1U + offered[at] > bytes) break;
    if (std::string_view{name, offered[at]} != http_1_1) continue;
    *chosen = offered + at + 1;
    *length = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Nobody can be shown it with success just now.
bool is_of_no_use(const certificate_facts& facts, time_point now) {
  const auto state = validity_at(facts, now);
  return state == validity::expired || state == validity::not_yet;
}

}  // namespace

result<std::shared_ptr<web_keys>> web_keys_from(const web_address& where) {
  const auto certificate = read_text_file("certificate", where.cert);
  if (!certificate) return tl::make_unexpected(certificate.error());
  const auto key = read_private_file("key", where.key);
  if (!key) return tl::make_unexpected(key.error());
  try {
    auto keys = std::make_shared<web_keys>();
    auto& context = keys->context;
    auto* const own = context.native_handle();
    context.set_options(ssl::context::default_workarounds | ssl::context::no_compression |
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                        SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Idle connections keep no buffers: 16 KB each way for every open tab.
    SSL_CTX_set_mode(own, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(own, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(own, choose_protocol, nullptr);
    if (SSL_CTX_set_min_proto_version(own, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(own, ciphers) != 1)
      return failed(fault_code::io, "cannot set up TLS: " + openssl::last_words());
    auto failure = error{};
    context.use_certificate_chain(net::buffer(*certificate), failure);
    if (failure)
      return failed(fault_code::malformed,
                    "there is no certificate (PEM) in " + where.cert + ": " + failure.message());
    // Read by us, because OpenSSL would ask the terminal for the passphrase of an encrypted one.
    const auto read = openssl::private_key_from(*key);
    if (!read)
      return failed(fault_code::malformed, "there is no key (PEM, without a passphrase) in " +
                                               where.key + ": " + openssl::last_words());
    if (SSL_CTX_use_PrivateKey(own, read.get()) != 1 || SSL_CTX_check_private_key(own) != 1) {
      static_cast<void>(openssl::last_words());
      return failed(fault_code::mismatch, "the key " + where.key +
                                              " is not that of the certificate " + where.cert +
                                              ": they must be made together and copied together");
    }
    keys->facts = facts_of(SSL_CTX_get0_certificate(own));
    return keys;
  } catch (const std::exception& e) {
    return failed(fault_code::io, std::string{"cannot set up TLS: "} + e.what());
  }
}

result<std::unique_ptr<web_key_files>> web_key_files::open(const web_address& where) {
  auto made = std::unique_ptr<web_key_files>{new web_key_files{where}};
  auto first = web_keys_from(where);
  if (!first) return tl::make_unexpected(first.error());
  made->in_use_ = std::move(*first);
  made->facts_ = made->in_use_->facts;
  return made;
}

void web_key_files::look() {
  const auto found = stamps_now();
  if (found == seen_ && !in_doubt_) return;
  seen_ = found;
  auto wrong = take();
  const auto doubted = std::exchange(in_doubt_, wrong.has_value());
  if (wrong && !doubted) return;
  const auto held = std::lock_guard{guard_};
  facts_ = in_use_->facts;
  refused_ = std::move(wrong);
}

std::optional<std::string> web_key_files::take() {
  auto fresh = web_keys_from(where_);
  if (!fresh) return fresh.error().detail;
  const auto now = certificate_time();
  const auto& facts = (*fresh)->facts;
  if (is_of_no_use(facts, now) && !is_of_no_use(in_use_->facts, now))
    return validity_text(facts, "the certificate " + where_.cert, now);
  in_use_ = std::move(*fresh);
  return {};
}

web_certificate web_key_files::state() const {
  const auto now = certificate_time();
  const auto held = std::lock_guard{guard_};
  return {facts_.fingerprint, facts_.until,
          validity_text(facts_, "the page's certificate " + where_.cert, now),
          is_of_no_use(facts_, now), refused_};
}

web_key_files::stamps web_key_files::stamps_now() const {
  const auto stamp_of = [](const std::string& file) -> std::optional<stamp> {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return {};
    return stamp{static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino),
                 found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
  };
  return {stamp_of(where_.cert), stamp_of(where_.key)};
}

}  // namespace hearth
