#include "drivers/ports/key_store.hpp"

#include "drivers/ports/openssl_parts.hpp"
#include "drivers/ports/private_file.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <random>
#include <sys/file.h>
#include <unistd.h>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// Clocks differ and a Pi has no battery: what is made now is valid since yesterday.
constexpr auto valid_before = std::chrono::days{1};
/// A machine that thinks it is earlier does not know the time.
constexpr auto earliest_sane = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};
/// X.509 bounds a common name, and the role of a node stands in it.
constexpr std::size_t longest_common_name = 64;
constexpr int serial_bits = 127;
constexpr long x509_version_3 = 2;
constexpr long crl_version_2 = 1;

struct failure {
  std::string what;
};

/// OpenSSL fails here only when memory or randomness is gone: one way out for all.
void must(bool done, const char* what) {
  if (!done) throw failure{std::string{"cannot "} + what + ": " + openssl::last_words()};
}

openssl::private_key new_private_key() {
  auto key = openssl::private_key{EVP_EC_gen("P-256")};
  must(key != nullptr, "make a key");
  return key;
}

void set_time(ASN1_TIME* field, time_point at) {
  must(ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(at)) != nullptr, "set a date");
}

void give_serial(X509* certificate) {
  const auto random = openssl::owner<BIGNUM, BN_free>{BN_new()};
  must(random && BN_rand(random.get(), serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(random.get(), X509_get_serialNumber(certificate)) != nullptr,
       "draw a serial number");
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  auto context = X509V3_CTX{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const auto extension = openssl::owner<X509_EXTENSION, X509_EXTENSION_free>{
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "describe a certificate");
}

void set_common_name(X509* certificate, const std::string& text) {
  must(X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(text.data()),
                                  static_cast<int>(text.size()), -1, 0) == 1,
       "name a certificate");
}

openssl::certificate begin_certificate(EVP_PKEY* key, const std::string& common_name,
                                       time_point from, time_point until) {
  auto made = openssl::certificate{X509_new()};
  must(made && X509_set_version(made.get(), x509_version_3) == 1, "begin a certificate");
  give_serial(made.get());
  set_common_name(made.get(), common_name);
  set_time(X509_getm_notBefore(made.get()), from);
  set_time(X509_getm_notAfter(made.get()), until);
  must(X509_set_pubkey(made.get(), key) == 1, "put a key into a certificate");
  return made;
}

std::string pem_of(X509* certificate) {
  auto text = openssl::pem_of(certificate);
  must(!text.empty(), "write a certificate");
  return text;
}

std::string pem_of(EVP_PKEY* key) {
  const auto text = openssl::memory{BIO_new(BIO_s_secmem())};
  must(text && PEM_write_bio_PKCS8PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr,
                                             nullptr) == 1,
       "write a key");
  return openssl::text_of(text.get());
}

std::string pem_of(X509_CRL* list) {
  const auto text = openssl::memory{BIO_new(BIO_s_mem())};
  must(text && PEM_write_bio_X509_CRL(text.get(), list) == 1, "write a revocation list");
  return openssl::text_of(text.get());
}

bool is_number(const std::string& address) {
  auto raw = std::array<unsigned char, 16>{};
  return ::inet_pton(AF_INET, address.c_str(), raw.data()) == 1 ||
         ::inet_pton(AF_INET6, address.c_str(), raw.data()) == 1;
}

bool is_host_name(const std::string& text) {
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.front() != '-' &&
         text.back() != '.' && text.find("..") == text.npos &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.';
         });
}

bool is_server(key_role role) { return role == key_role::broker || role == key_role::portal; }

std::string urn_of(key_role role, const std::string& name) {
  return "URI:urn:hearth:" + std::string{to_text(role)} + ":" + name;
}

/// What is already there may be asked for by whatever name it has, but not outside the folder.
result<void> plain(const std::string& name) {
  if (!name.empty() && name.find('/') == name.npos && name.front() != '.') return {};
  return failed(fault_code::malformed, "'" + name + "' is no name");
}

/// A site's is its name, which the broker puts into its topics. The others' hold a colon, which no
/// site's can.
std::string common_name_of(key_role role, const std::string& name) {
  return role == key_role::site ? name : std::string{to_text(role)} + ":" + name;
}

result<void> sane(time_point now) {
  if (now >= earliest_sane) return {};
  return failed(fault_code::not_ready, "this machine's clock says " + to_iso8601(now) +
                                           ", which cannot be: set it first (timedatectl)");
}

result<void> good_length(key_role role, key_days life) {
  if (role != key_role::portal || life <= portal_life_longest) return {};
  return failed(fault_code::malformed, "phones take no page's certificate of more than " +
                                           std::to_string(portal_life_longest.count()) + " days");
}

template <class Work>
auto guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const failure& f) {
    return failed(fault_code::io, f.what);
  } catch (const std::filesystem::filesystem_error& e) {
    return failed(fault_code::io, e.what());
  }
}

}  // namespace

std::optional<std::string> name_trouble(key_role role, const std::string& name) {
  const auto letter = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           (c == '.' && is_server(role));
  };
  const auto longest = longest_common_name - common_name_of(role, {}).size();
  if (name.empty() || name.size() > longest || !std::ranges::all_of(name, letter) ||
      name.front() == '.' || name.front() == '-')
    return "the name of a " + std::string{to_text(role)} + " is 1 to " + std::to_string(longest) +
           " of a-z, 0-9 and '-'" + (is_server(role) ? " and '.'" : "") +
           ", and begins with a letter or digit";
  if (name == "ca") return "'ca' is the authority itself; choose another name";
  return {};
}

struct key_store::opened {
  opened(std::filesystem::path where, int lock_descriptor)
      : folder{std::move(where)}, lock{lock_descriptor} {}
  opened(const opened&) = delete;
  opened& operator=(const opened&) = delete;
  ~opened() {
    if (lock >= 0) ::close(lock);
  }

  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder / name; }
  [[nodiscard]] key_files files(const std::string& name) const {
    return {file("ca.crt"), file(name + ".crt"), file(name + ".key")};
  }
  [[nodiscard]] time_point authority_end() const {
    return openssl::time_of(X509_get0_notAfter(certificate.get()));
  }

  void sign(X509* other) const {
    must(X509_set_issuer_name(other, X509_get_subject_name(certificate.get())) == 1 &&
             X509_sign(other, key.get(), EVP_sha256()) > 0,
         "sign a certificate");
  }
  [[nodiscard]] std::pair<std::string, std::string> certify(const key_request& request,
                                                            time_point now) const;
  result<void> write_revocations(X509_CRL* list, time_point now, existing old) const;

  std::filesystem::path folder;
  int lock;
  openssl::certificate certificate;
  openssl::private_key key;
};

key_store::key_store(std::unique_ptr<opened> o) : opened_{std::move(o)} {}
key_store::key_store(key_store&&) noexcept = default;
key_store& key_store::operator=(key_store&&) noexcept = default;
key_store::~key_store() = default;

/// Certificate and key of a new broker, node or site, as PEM.
std::pair<std::string, std::string> key_store::opened::certify(const key_request& request,
                                                               time_point now) const {
  const auto own = new_private_key();
  // Nothing outlives who vouches for it.
  const auto until = std::min<time_point>(now + request.life, authority_end());
  const auto made = begin_certificate(own.get(), common_name_of(request.role, request.name),
                                      now - valid_before, until);
  must(X509_set_issuer_name(made.get(), X509_get_subject_name(certificate.get())) == 1,
       "name an authority");
  auto names = urn_of(request.role, request.name);
  for (const auto& address : request.addresses)
    names += (is_number(address) ? ",IP:" : ",DNS:") + address;
  const auto extend = [&](int kind, const std::string& value) {
    add_extension(made.get(), certificate.get(), kind, value);
  };
  extend(NID_basic_constraints, "critical,CA:FALSE");
  extend(NID_key_usage, "critical,digitalSignature");
  // Who may pass for a broker may not pass for a client, and the other way round.
  extend(NID_ext_key_usage, is_server(request.role) ? "serverAuth" : "clientAuth");
  extend(NID_subject_key_identifier, "hash");
  extend(NID_authority_key_identifier, "keyid:always");
  extend(NID_subject_alt_name, names);
  sign(made.get());
  return {pem_of(made.get()), pem_of(own.get())};
}

result<void> key_store::opened::write_revocations(X509_CRL* list, time_point now,
                                                  existing old) const {
  const auto last = openssl::moment{ASN1_TIME_new()};
  const auto next = openssl::moment{ASN1_TIME_new()};
  must(last && next, "date a revocation list");
  // Of two lists the later one counts, so this one is later than the one before, by the second.
  auto begins = now - valid_before;
  if (const auto* const before = X509_CRL_get0_lastUpdate(list))
    begins = std::max<time_point>(begins, openssl::time_of(before) + 1s);
  set_time(last.get(), begins);
  // A list that ran out would lock out every house at once, so it lives as long as its authority.
  set_time(next.get(), authority_end());
  const auto number = openssl::number{ASN1_INTEGER_new()};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  must(number && ASN1_INTEGER_set_int64(number.get(), seconds) == 1 &&
           X509_CRL_set_version(list, crl_version_2) == 1 &&
           X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate.get())) == 1 &&
           X509_CRL_set1_lastUpdate(list, last.get()) == 1 &&
           X509_CRL_set1_nextUpdate(list, next.get()) == 1 &&
           X509_CRL_add1_ext_i2d(list, NID_crl_number, number.get(), 0, X509V3_ADD_REPLACE) == 1 &&
           X509_CRL_sort(list) == 1 && X509_CRL_sign(list, key.get(), EVP_sha256()) > 0,
       "sign a revocation list");
  return write_durably(file("ca.crl"), pem_of(list), readers::everybody, old);
}

result<key_store> key_store::create(const std::filesystem::path& folder, time_point now) {
  return guarded([&]() -> result<key_store> {
    if (const auto clock = sane(now); !clock) return tl::make_unexpected(clock.error());
    if (const auto made = make_private_folder(folder); !made)
      return tl::make_unexpected(made.error());
    auto store = std::make_unique<opened>(folder, -1);
    if (std::filesystem::exists(store->file("ca.crt")))
      return failed(fault_code::refused,
                    folder.string() +
                        " holds an authority already, which stays as it is: every "
                        "key it has signed depends on it");
    store->key = new_private_key();
    // A name of its own, so that a message can tell two authorities apart.
    auto name = std::array<char, 9>{};
    std::snprintf(name.data(), name.size(), "%08x", std::random_device{}());
    const auto own_name = std::string{name.data()};
    store->certificate =
        begin_certificate(store->key.get(), common_name_of(key_role::authority, own_name),
                          now - valid_before, now + authority_life);
    auto* const own = store->certificate.get();
    must(X509_set_issuer_name(own, X509_get_subject_name(own)) == 1, "name an authority");
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(own, own, NID_subject_key_identifier, "hash");
    add_extension(own, own, NID_subject_alt_name, urn_of(key_role::authority, own_name));
    store->sign(own);
    // The certificate is written last: with it, and not before, there is an authority.
    const auto list = openssl::revocations{X509_CRL_new()};
    if (const auto done = write_durably(store->file("ca.key"), pem_of(store->key.get()),
                                        readers::owner_only, existing::is_replaced);
        !done)
      return tl::make_unexpected(done.error());
    if (const auto done = store->write_revocations(list.get(), now, existing::is_replaced); !done)
      return tl::make_unexpected(done.error());
    if (const auto done =
            write_durably(store->file("ca.crt"), pem_of(own), readers::everybody, existing::stays);
        !done)
      return tl::make_unexpected(done.error());
    return open(folder);
  });
}

result<key_store> key_store::open(const std::filesystem::path& folder) {
  const auto lock = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0)
    return failed(errno == EACCES ? fault_code::permission : fault_code::no_such_device,
                  "cannot open the folder of keys " + folder.string() + ": " +
                      std::strerror(errno) + "; 'scada keys init' makes one");
  auto store = std::make_unique<opened>(folder, lock);
  while (::flock(lock, LOCK_EX) != 0 && errno == EINTR) {
  }
  const auto certificate = read_text_file("authority's certificate", store->file("ca.crt"));
  if (!certificate)
    return failed(certificate.error().code,
                  certificate.error().detail + "; 'scada keys init' makes an authority");
  const auto key = read_private_file("authority's key", store->file("ca.key"));
  if (!key) return tl::make_unexpected(key.error());
  store->certificate = openssl::certificate_from(*certificate);
  store->key = openssl::private_key_from(*key);
  if (!store->certificate || !store->key ||
      X509_check_private_key(store->certificate.get(), store->key.get()) != 1)
    return failed(fault_code::mismatch, "ca.crt and ca.key of " + folder.string() +
                                            " are no pair: " + openssl::last_words());
  return key_store{std::move(store)};
}

result<key_files> key_store::issue(const key_request& request, time_point now) {
  return guarded([&]() -> result<key_files> {
    if (const auto clock = sane(now); !clock) return tl::make_unexpected(clock.error());
    if (const auto wrong = name_trouble(request.role, request.name))
      return failed(fault_code::malformed, *wrong);
    if (const auto length = good_length(request.role, request.life); !length)
      return tl::make_unexpected(length.error());
    for (const auto& address : request.addresses)
      if (!is_number(address) && !is_host_name(address))
        return failed(fault_code::malformed,
                      "'" + address + "' is neither an IP number nor a host name");
    const auto files = opened_->files(request.name);
    if (std::filesystem::exists(files.cert))
      return failed(fault_code::refused, files.cert.string() +
                                             " exists already and stays as it is; 'scada keys "
                                             "renew " +
                                             request.name + "' makes a new one");
    const auto [certificate, key] = opened_->certify(request, now);
    // A key that is there without its certificate is what an interrupted run left.
    if (const auto done = write_durably(files.key, key, readers::owner_only, existing::is_replaced);
        !done)
      return tl::make_unexpected(done.error());
    if (const auto done =
            write_durably(files.cert, certificate, readers::everybody, existing::stays);
        !done)
      return tl::make_unexpected(done.error());
    return files;
  });
}

result<key_files> key_store::renew(const std::string& name, std::optional<key_days> life,
                                   time_point now) {
  return guarded([&]() -> result<key_files> {
    if (const auto clock = sane(now); !clock) return tl::make_unexpected(clock.error());
    if (const auto good = plain(name); !good) return tl::make_unexpected(good.error());
    const auto files = opened_->files(name);
    const auto facts = read_certificate(files.cert);
    if (!facts) return tl::make_unexpected(facts.error());
    if (!facts->role || *facts->role == key_role::authority || facts->name != name)
      return failed(fault_code::unsupported,
                    files.cert.string() +
                        " is not of a broker, a node, a site or a page of this "
                        "folder, so it cannot be renewed");
    if (const auto length = good_length(*facts->role, life.value_or(key_days{1})); !length)
      return tl::make_unexpected(length.error());
    const auto lived = std::chrono::round<key_days>(facts->until - facts->from - valid_before);
    const auto [certificate, key] = opened_->certify(
        {*facts->role, name, facts->addresses, life.value_or(std::max(lived, key_days{1}))}, now);
    if (const auto made = make_private_folder(opened_->file("old")); !made)
      return tl::make_unexpected(made.error());
    const auto aside = opened_->file("old") / (name + "_" + facts->serial);
    const auto keep = [](const std::filesystem::path& from, const std::string& to) {
      if (!std::filesystem::exists(to)) std::filesystem::create_hard_link(from, to);
    };
    keep(files.cert, aside.string() + ".crt");
    if (std::filesystem::exists(files.key)) keep(files.key, aside.string() + ".key");
    if (const auto done = write_durably(files.key, key, readers::owner_only, existing::is_replaced);
        !done)
      return tl::make_unexpected(done.error());
    if (const auto done =
            write_durably(files.cert, certificate, readers::everybody, existing::is_replaced);
        !done)
      return tl::make_unexpected(done.error());
    return files;
  });
}

result<std::size_t> key_store::revoke(const std::string& name, revoke_which which, time_point now) {
  return guarded([&]() -> result<std::size_t> {
    if (const auto clock = sane(now); !clock) return tl::make_unexpected(clock.error());
    if (const auto good = plain(name); !good) return tl::make_unexpected(good.error());
    auto files = std::vector<std::filesystem::path>{};
    if (which == revoke_which::all_of_the_name && name != "ca") files = {opened_->files(name).cert};
    if (const auto old = opened_->file("old"); std::filesystem::is_directory(old))
      for (const auto& each : std::filesystem::directory_iterator{old})
        if (each.path().extension() == ".crt" &&
            each.path().filename().string().starts_with(name + "_"))
          files.push_back(each.path());
    if (files.empty())
      return failed(fault_code::no_such_device,
                    "there is no certificate of '" + name + "' to be revoked");
    const auto pem = read_text_file("revocation list", opened_->file("ca.crl"));
    if (!pem) return tl::make_unexpected(pem.error());
    const auto list = openssl::revocations_from(*pem);
    if (!list) return failed(fault_code::malformed, "ca.crl cannot be read");
    auto added = std::size_t{0};
    for (const auto& file : files) {
      const auto text = read_text_file("certificate", file);
      if (!text) return tl::make_unexpected(text.error());
      const auto certificate = openssl::certificate_from(*text);
      if (!certificate)
        return failed(fault_code::malformed, "there is no certificate (PEM) in " + file.string());
      X509_REVOKED* known = nullptr;
      if (X509_CRL_get0_by_cert(list.get(), &known, certificate.get()) != 0) continue;
      auto entry = openssl::owner<X509_REVOKED, X509_REVOKED_free>{X509_REVOKED_new()};
      const auto when = openssl::moment{ASN1_TIME_new()};
      must(entry && when, "revoke a certificate");
      set_time(when.get(), now);
      must(X509_REVOKED_set_serialNumber(entry.get(), X509_get_serialNumber(certificate.get())) ==
                   1 &&
               X509_REVOKED_set_revocationDate(entry.get(), when.get()) == 1 &&
               X509_CRL_add0_revoked(list.get(), entry.get()) == 1,
           "revoke a certificate");
      static_cast<void>(entry.release());
      ++added;
    }
    if (const auto done = opened_->write_revocations(list.get(), now, existing::is_replaced); !done)
      return tl::make_unexpected(done.error());
    return added;
  });
}

}  // namespace hearth
