#include "drivers/ports/tls_diagnosis.hpp"

#include "drivers/ports/certificate.hpp"
#include "drivers/ports/openssl_parts.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <openssl/err.h>
#include <optional>
#include <poll.h>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 50ms;
/// With TLS 1.3 a refusal of our certificate comes after our side is done; a broker that agrees
/// sends a ticket, but need not.
constexpr auto refusal_within = 1500ms;

/// What the verification of the broker's certificate objects to.
struct objection {
  int error = X509_V_OK;
  int depth = 0;  ///< 0: the broker's own certificate
  std::string issuer;
  certificate_facts facts;
};

struct handshake {
  std::optional<objection> objected;
  bool ticket = false;  ///< the broker has taken our certificate
};

int place_of_handshake() {
  static const auto place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

handshake& handshake_of(const SSL* session) {
  return *static_cast<handshake*>(SSL_get_ex_data(session, place_of_handshake()));
}

int verify(int good, X509_STORE_CTX* context) {
  if (good != 0) return good;
  const auto* const session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto found = objection{};
  found.error = X509_STORE_CTX_get_error(context);
  found.depth = X509_STORE_CTX_get_error_depth(context);
  if (auto* const shown = X509_STORE_CTX_get_current_cert(context)) {
    found.facts = facts_of(shown);
    found.issuer = found.facts.issuer;
  }
  handshake_of(session).objected = std::move(found);
  return 0;
}

int new_ticket(SSL* session, SSL_SESSION*) {
  handshake_of(session).ticket = true;
  return 0;
}

openssl::context context_for(const mqtt_options& options) {
  auto made = openssl::context{SSL_CTX_new(TLS_client_method())};
  if (!made || SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION) != 1) return {};
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, verify);
  SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(made.get(), new_ticket);
  const auto trusts = options.ca.empty() ? SSL_CTX_set_default_verify_paths(made.get())
                                         : SSL_CTX_load_verify_file(made.get(), options.ca.c_str());
  if (trusts != 1) return {};
  if (!options.cert.empty() &&
      (SSL_CTX_use_certificate_chain_file(made.get(), options.cert.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(made.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1))
    return {};
  return made;
}

bool expects(SSL* session, const std::string& host) {
  auto raw = std::array<unsigned char, 16>{};
  const auto is_number = ::inet_pton(AF_INET, host.c_str(), raw.data()) == 1 ||
                         ::inet_pton(AF_INET6, host.c_str(), raw.data()) == 1;
  if (is_number) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  return SSL_set1_host(session, host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

std::string from_whom(const mqtt_options& options) {
  return options.ca.empty() ? "an authority this system knows" : "the authority in " + options.ca;
}

fault in_words(const objection& o, const broker_address& broker, const mqtt_options& options) {
  const auto whose =
      o.depth == 0 ? "the certificate of " + options.uri : "the authority behind " + options.uri;
  const auto refused = [](std::string text) { return fault{fault_code::refused, std::move(text)}; };
  switch (o.error) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID:
    if (auto text = validity_text(o.facts, whose, certificate_time())) return refused(*text);
    return refused(whose + " is not valid now");
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return refused(whose + " is for " + addresses_text(o.facts) + " and not for " + broker.host +
                   ", its host name here: write one of its names into 'broker', or make it a "
                   "certificate for this one (scada keys broker --address)");
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return refused(whose + " is signed by '" + o.issuer + "' and not by " + from_whom(options) +
                   ": somebody else's broker, or another authority's ca.crt here");
  case X509_V_ERR_INVALID_PURPOSE:
    return refused(whose + " is not one of a broker: make one (scada keys broker)");
  default: return refused(whose + " is not believed: " + X509_verify_cert_error_string(o.error));
  }
}

/// The broker's alert about our certificate, or what else OpenSSL met.
fault in_words(unsigned long code, const mqtt_options& options) {
  const auto& uri = options.uri;
  const auto ours = options.cert.empty() ? std::string{"a client without a certificate"}
                                         : "our certificate " + options.cert;
  const auto refused = [](std::string text) { return fault{fault_code::refused, std::move(text)}; };
  switch (ERR_GET_REASON(code)) {
  case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    return refused(uri + " refuses " + ours + ", which is revoked: make a new one (scada keys)");
  case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    return refused(uri + " refuses " + ours +
                   " as expired or not yet valid: renew it (scada keys renew), or set the clock of "
                   "the broker's machine or of this one");
  case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    return refused(uri + " refuses " + ours + ", because it does not know the authority behind it");
  case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
  case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
  case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    return refused(uri + " refuses " + ours + " as none of a house or node it knows");
  case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    return refused(uri + " wants a certificate of this client: 'cert' and 'key'");
  case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
  case SSL_R_UNSUPPORTED_PROTOCOL:
    return refused(uri + " does not speak TLS 1.2 or newer, and nothing older is safe");
  case SSL_R_WRONG_VERSION_NUMBER:
    return refused(uri + " does not speak TLS: is that its port for plain text?");
  case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    return refused(uri + " ends the TLS handshake: " +
                   (options.cert.empty() ? "it may want a certificate of this client"
                                         : "it has no cipher in common, or refuses " + ours));
  default: {
    const auto* const text = ERR_reason_error_string(code);
    return refused("no TLS with " + uri + ": " + (text ? text : "OpenSSL does not say why"));
  }
  }
}

bool wait_for(int descriptor, int wanted_by_tls) {
  const auto events = static_cast<short>(wanted_by_tls == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN);
  auto waiting = pollfd{descriptor, events, 0};
  return ::poll(&waiting, 1, static_cast<int>(look_every.count())) >= 0 || errno == EINTR;
}

}  // namespace

fault why_no_tls(const broker_address& broker, const mqtt_options& options,
                 const std::function<bool()>& wanted) {
  const auto given_up = fault{fault_code::timeout, options.uri + " did not finish TLS in time"};
  const auto connection = dial(broker);
  if (!connection) return connection.error();
  if (!wanted()) return given_up;
  ERR_clear_error();
  const auto context = context_for(options);
  const auto session = openssl::session{context ? SSL_new(context.get()) : nullptr};
  auto seen = handshake{};
  if (!session || SSL_set_ex_data(session.get(), place_of_handshake(), &seen) != 1 ||
      SSL_set_fd(session.get(), connection->descriptor()) != 1 ||
      !expects(session.get(), broker.host))
    return {fault_code::malformed,
            "the keys for " + options.uri + " cannot be used: " + openssl::last_words()};
  auto until = std::chrono::steady_clock::now() + diagnosis_longest;
  auto joined = false;
  while (wanted() && std::chrono::steady_clock::now() < until && !seen.ticket) {
    ERR_clear_error();
    auto byte = std::array<char, 1>{};
    const auto done = joined ? SSL_read(session.get(), byte.data(), 1) : SSL_connect(session.get());
    if (done == 1 && joined) break;  // a broker that speaks first has taken us
    if (done == 1) {
      joined = true;
      until = std::min(until, std::chrono::steady_clock::now() + refusal_within);
      continue;
    }
    const auto what = SSL_get_error(session.get(), done);
    if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE) {
      if (wait_for(connection->descriptor(), what)) continue;
      return given_up;
    }
    if (seen.objected) return in_words(*seen.objected, broker, options);
    if (const auto code = ERR_peek_error();
        code != 0 && ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING)
      return in_words(code, options);
    return {
        fault_code::disconnected,
        options.uri + (joined ? " takes our certificate and then ends the connection"
                              : " ends the connection in the middle of the TLS handshake: is it "
                                "a broker, and is that its port for TLS?")};
  }
  if (!joined) return given_up;
  return {fault_code::disconnected,
          options.uri + " agrees on TLS and still did not accept this client; it is tried again"};
}

}  // namespace hearth
