#include "drivers/ports/key_store.hpp"
#include "drivers/ports/openssl_parts.hpp"
#include "drivers/ports/private_file.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/page_server.hpp"

#include <openssl/ssl.h>
#include <random>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto now = time_point{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

/// A page with keys of the house's own authority.
struct secured_page : page_server {
  secured_page() {
    auto store = key_store::create(folder.file("keys"), now);
    REQUIRE(store);
    const auto made = store->issue({key_role::portal, "page", {"127.0.0.1"}, key_days{30}}, now);
    REQUIRE(made);
    where.cert = made->cert;
    where.key = made->key;
  }
  [[nodiscard]] web_client secured() const { return web_client{port, {true}}; }

  temporary_folder folder;
};

/// The fingerprint of the certificate that is shown at a port.
std::string shown_at(std::uint16_t port) {
  const auto context = openssl::context{SSL_CTX_new(TLS_client_method())};
  const auto wire = openssl::owner<BIO, BIO_free_all>{BIO_new_ssl_connect(context.get())};
  BIO_set_conn_hostname(wire.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  SSL* own = nullptr;
  BIO_get_ssl(wire.get(), &own);
  REQUIRE(BIO_do_handshake(wire.get()) == 1);
  const auto certificate = openssl::certificate{SSL_get1_peer_certificate(own)};
  REQUIRE(certificate);
  return facts_of(certificate.get()).fingerprint;
}

/// A page whose certificate is of today, and is looked at often.
struct page_of_today : page_server {
  page_of_today() {
    bounds.heartbeat = 20ms;
    auto made = key_store::create(folder.file("keys"), today);
    REQUIRE(made);
    store.emplace(std::move(*made));
    const auto files =
        store->issue({key_role::portal, "page", {"127.0.0.1"}, key_days{100}}, today);
    REQUIRE(files);
    where.cert = files->cert;
    where.key = files->key;
  }
  /// Another pair in the same files.
  void renew(int days, time_point from) { REQUIRE(store->renew("page", key_days{days}, from)); }
  void put(const std::string& file, const std::string& text) const {
    REQUIRE(write_durably(file, text, readers::owner_only, existing::is_replaced));
  }
  [[nodiscard]] std::string in_file() const { return read_certificate(where.cert)->fingerprint; }
  /// What the server says of its certificate, once it is so; 10 s at most.
  template <class Is>
  web_certificate told(Is is) const {
    const auto end = std::chrono::steady_clock::now() + 10s;
    for (;;) {
      const auto told = server->certificate();
      REQUIRE(told);
      if (is(*told)) return *told;
      REQUIRE(std::chrono::steady_clock::now() < end);
      std::this_thread::yield();
    }
  }
  /// Waits until a new one is refused for this reason.
  void refuses(const std::string& why) const {
    told([&](const web_certificate& c) {
      return c.refused && c.refused->find(why) != std::string::npos;
    });
  }

  time_point today = certificate_time();
  temporary_folder folder;
  std::optional<key_store> store;
};

}  // namespace

TEST_CASE_FIXTURE(
    page_of_today,
    "a renewed certificate is shown to whoever comes next, and who is there goes on") {
  open();
  const auto first = in_file();
  CHECK(shown_at(port) == first);
  auto early = web_client{port, {true}};
  REQUIRE(early.get("/").status() == 200);
  auto anna = web_client{port, {true}};
  anna.get("/live").until("data: 1\n\n");
  renew(200, today);
  const auto now_shown = told([&](const web_certificate& c) { return c.fingerprint != first; });
  CHECK(now_shown.fingerprint == in_file());
  CHECK(now_shown.until == std::chrono::floor<std::chrono::seconds>(today) + 24h * 200);
  CHECK_FALSE(now_shown.trouble);
  CHECK_FALSE(now_shown.refused);
  CHECK(shown_at(port) == in_file());
  CHECK(early.get("/").status() == 200);
  server->tell(std::make_shared<const std::string>("data: 2\n\n"));
  CHECK(anna.until("data: 2\n\n").ends_with("data: 2\n\n"));
}

TEST_CASE_FIXTURE(
    page_of_today,
    "a new certificate that cannot be used leaves the old one, and is said to be so") {
  open();
  const auto first = in_file();
  const auto good = read_text_file("certificate", where.cert).value();
  const auto key = read_text_file("key", where.key).value();
  put(where.cert, "rubbish");
  refuses("there is no certificate");
  put(where.cert, good);
  told([](const web_certificate& c) { return !c.refused; });
  renew(200, today);
  const auto second = in_file();
  told([&](const web_certificate& c) { return c.fingerprint == second && !c.refused; });

  put(where.key, key);
  refuses("is not that of the certificate");
  put(where.cert, good);
  told([&](const web_certificate& c) { return c.fingerprint == first && !c.refused; });

  renew(10, today - 24h * 20);
  refuses("expired on");
  std::filesystem::remove(where.cert);
  refuses("No such file");
  CHECK(shown_at(port) == first);
}

TEST_CASE_FIXTURE(page_of_today,
                  "a page says by itself that its certificate ends soon or has ended") {
  open();
  auto is = *server->certificate();
  CHECK_FALSE(is.trouble);
  CHECK_FALSE(is.is_invalid);
  renew(20, today);
  close();
  open();
  is = *server->certificate();
  REQUIRE(is.trouble);
  CHECK(is.trouble->find("ends on") != std::string::npos);
  CHECK_FALSE(is.is_invalid);
  renew(10, today - 24h * 20);
  close();
  open();
  is = *server->certificate();
  REQUIRE(is.trouble);
  CHECK(is.trouble->find("expired on") != std::string::npos);
  CHECK(is.is_invalid);
  // A page without a valid one takes any that is a pair.
  renew(15, today - 24h * 30);
  told([&](const web_certificate& c) { return c.fingerprint == in_file(); });
  where = {"127.0.0.1:0", {}, {}};
  close();
  open();
  CHECK_FALSE(server->certificate());
}

TEST_CASE_FIXTURE(secured_page, "a page over TLS tells the browser never to ask in clear again") {
  open();
  auto one = secured();
  REQUIRE(one.is_open());
  const auto answer = one.post("/echo", "secret").answer();
  CHECK(answer.ends_with("secret"));
  CHECK(web_client::header(answer, "Strict-Transport-Security") == "max-age=31536000");
  CHECK(one.get("/big").answer().size() > 4u << 20);
  CHECK(one.get("/", "Connection: close\r\n").answer().ends_with("hello"));
  CHECK(one.is_ended());
}

TEST_CASE_FIXTURE(secured_page, "a stream over TLS is told, and ends when its owner leaves") {
  open();
  auto anna = secured();
  anna.get("/live").until("data: 1\n\n");
  server->tell(std::make_shared<const std::string>("data: 2\n\n"));
  CHECK(anna.until("\n\n") == "data: 2\n\n");
  server->end_streams("anna");
  CHECK(anna.until("\n\n").starts_with("event: bye\n"));
  CHECK(anna.is_ended());
  auto again = secured();
  again.get("/live").until("data: 1\n\n");
  CHECK(comes_to([](const web_traffic& t) { return t.streams == 1; }));
}

TEST_CASE_FIXTURE(secured_page, "whoever speaks only old TLS, or no HTTP/1.1, is not let in") {
  open();
  CHECK_FALSE(web_client{port, {true, "127.0.0.1", 0, "http/1.1", TLS1_1_VERSION}}.is_open());
  CHECK_FALSE(web_client{port, {true, "127.0.0.1", 0, "h2"}}.is_open());
  CHECK(web_client{port, {true, "127.0.0.1", 0, "http/1.1", TLS1_2_VERSION}}.is_open());
  CHECK(server->traffic().malformed == 2);
}

TEST_CASE_FIXTURE(
    secured_page,
    "plain HTTP at the port for TLS is told where to go, and nothing of it is heard") {
  open();
  auto lost = client();
  const auto answer = lost.get("/plan?a=b", "Cookie: hearth=secret\r\n").answer();
  CHECK(answer.starts_with("HTTP/1.1 308 "));
  CHECK(web_client::header(answer, "Location") == "https://house/");
  CHECK(web_client::header(answer, "Strict-Transport-Security").empty());
  CHECK(lost.is_ended());
  CHECK(client().post("/login", "{}").status() == 400);
  CHECK(client().say("rubbish\r\n").status() == 400);
  CHECK(heard(0).empty());
}

TEST_CASE_FIXTURE(secured_page, "garbage instead of a handshake is hung up on") {
  open();
  auto random = std::mt19937_64{11};
  for (auto round = 0; round < 100; ++round) {
    auto text = std::string{"\x16\x03\x01"};
    for (auto i = random() % 400; i > 0; --i) text += static_cast<char>(random());
    auto one = client();
    one.say(text);
    one.finish();
    CHECK(one.answer().empty());
  }
  CHECK(secured().get("/").answer().ends_with("hello"));
  CHECK(comes_to([](const web_traffic& t) { return t.connections == 0; }));
}

TEST_CASE_FIXTURE(secured_page, "handshakes that never end are few, and end by themselves") {
  bounds.patience = 500ms;
  bounds.idle = 500ms;
  open();
  auto crowd = std::vector<std::unique_ptr<web_client>>{};
  const char* const addresses[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"};
  for (const auto* from : addresses)
    for (auto i = 0; i < 10; ++i) {
      crowd.push_back(std::make_unique<web_client>(port, web_client::how{false, from}));
      crowd.back()->say("\x16\x03\x01\x02");
    }
  for (auto& one : crowd) CHECK(one->is_ended());
  const auto traffic = server->traffic();
  CHECK(traffic.refused == 18);
  CHECK(traffic.too_slow == 32);
  CHECK(secured().get("/").answer().ends_with("hello"));
}

TEST_CASE_FIXTURE(secured_page, "who never ends its handshakes keeps nobody else out") {
  open();
  auto crowd = std::vector<std::unique_ptr<web_client>>{};
  for (auto i = 0; i < 40; ++i) {
    crowd.push_back(std::make_unique<web_client>(port));
    crowd.back()->say("\x16\x03\x01\x02");
  }
  REQUIRE(comes_to([](const web_traffic& t) { return t.refused == 32; }));
  auto neighbour = web_client{port, {true, "127.0.0.2"}};
  CHECK(neighbour.get("/").answer().ends_with("hello"));
}

TEST_CASE_FIXTURE(secured_page, "a server ends with handshakes and streams open") {
  open();
  auto half = client();
  half.say("\x16\x03\x01\x02");
  auto anna = secured();
  anna.get("/live").until("data: 1\n\n");
  auto waiting = secured();
  waiting.get("/silent");
  REQUIRE(heard(2).size() == 2);
  close();
  CHECK(half.is_ended());
  CHECK(anna.is_ended());
  CHECK(waiting.is_ended());
}

TEST_CASE_FIXTURE(secured_page, "keys that cannot be used are a fault that names the remedy") {
  const auto fault_of = [this] {
    const auto made = make_web_server(where, bounds, [](const web_request&) {});
    REQUIRE(!made);
    return made.error().detail;
  };
  const auto good = where;
  where.key = folder.file("none.key");
  REQUIRE(write_durably(where.key, "nonsense", readers::owner_only, existing::stays));
  CHECK(fault_of().find("there is no key") != std::string::npos);
  where = good;
  std::filesystem::permissions(where.key, std::filesystem::perms{0644});
  CHECK(fault_of().find("chmod 600") != std::string::npos);
  std::filesystem::permissions(where.key, std::filesystem::perms{0600});
  where.cert = good.key + ".gone";
  CHECK(fault_of().find("No such file") != std::string::npos);
  where.cert = folder.file("keys/ca.crt");
  CHECK(fault_of().find("is not that of the certificate") != std::string::npos);
  where.cert.clear();
  CHECK(!fault_of().empty());
}
