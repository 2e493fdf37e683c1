#include "drivers/ports/key_store.hpp"
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

}  // namespace

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
