#include "drivers/ports/key_store.hpp"

#include "drivers/ports/broker_config.hpp"
#include "drivers/ports/private_file.hpp"
#include "drivers/ports/shown_keys.hpp"
#include "drivers/ports/tls_keys.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto now = *from_iso8601("2026-03-01T12:00:00Z");

mqtt_options client_of(const key_files& files) {
  auto options = mqtt_options{};
  options.ca = files.ca;
  options.cert = files.cert;
  options.key = files.key;
  return options;
}

}  // namespace

TEST_CASE("a certificate is valid from the day before to the day it was made for") {
  const auto folder = temporary_folder{};
  auto store = key_store::create(folder.file("keys"), now);
  REQUIRE(store);
  const auto files = store->issue({key_role::site, "maple-12", {}, key_days{100}}, now);
  REQUIRE(files);
  const auto facts = read_certificate(files->cert);
  REQUIRE(facts);
  CHECK(facts->role == key_role::site);
  CHECK(facts->name == "maple-12");
  CHECK(facts->from == now - 24h);
  CHECK(facts->until == now + 100 * 24h);
  CHECK(validity_at(*facts, now - 25h) == validity::not_yet);
  CHECK(validity_at(*facts, now + 69 * 24h) == validity::good);
  CHECK(validity_at(*facts, now + 71 * 24h) == validity::ends_soon);
  CHECK(validity_at(*facts, now + 100 * 24h) == validity::expired);
  CHECK(days_left(*facts, now + 99 * 24h) == 1);

  MESSAGE("and whoever connects with it judges it so");
  const auto options = client_of(*files);
  CHECK(usable_keys(options, now));
  CHECK_FALSE(notice_about(options, now));
  const auto soon = notice_about(options, now + 99 * 24h);
  REQUIRE(soon);
  CHECK(soon->state == validity::ends_soon);
  CHECK(soon->text.find("in 1 day") != std::string::npos);
  CHECK(usable_keys(options, now + 99 * 24h));
  CHECK(usable_keys(options, now + 101 * 24h).error().code == fault_code::refused);
  const auto in_1970 = usable_keys(options, time_point{});
  REQUIRE_FALSE(in_1970);
  CHECK(in_1970.error().detail.find("1970-01-01T00:00:00Z") != std::string::npos);
  CHECK(in_1970.error().detail.find("clock") != std::string::npos);
}

TEST_CASE("the authority of a certificate is given away, and never a key or another authority") {
  const auto folder = temporary_folder{};
  auto store = key_store::create(folder.file("keys"), now);
  REQUIRE(store);
  const auto page = store->issue({key_role::portal, "page", {"127.0.0.1"}, key_days{30}}, now);
  REQUIRE(page);
  const auto authority = read_text_file("certificate", page->ca).value();
  CHECK(authority_of(page->cert) == authority);

  MESSAGE("also where it stands behind the page's, and where somebody put its key beside it");
  const auto put = [&](const char* name, const std::string& text) {
    REQUIRE(write_durably(folder.file(name), text, readers::owner_only, existing::is_replaced));
  };
  const auto own = read_text_file("certificate", page->cert).value();
  put("page.crt", own + authority);
  CHECK(authority_of(folder.file("page.crt")) == authority);
  put("page.crt", own);
  put("ca.crt",
      read_text_file("key", folder.file("keys/ca.key")).value() + "rubbish\n" + authority);
  CHECK(authority_of(folder.file("page.crt")) == authority);

  MESSAGE("what is not its authority, or none at all, is not given away");
  auto others = key_store::create(folder.file("others"), now);
  REQUIRE(others);
  for (const auto& text : {read_text_file("certificate", folder.file("others/ca.crt")).value(), own,
                           read_text_file("key", folder.file("keys/ca.key")).value(),
                           std::string{"rubbish"}, authority.substr(0, authority.size() / 2)}) {
    put("ca.crt", text);
    CHECK(authority_of(folder.file("page.crt")).error().code == fault_code::no_such_device);
  }
  std::filesystem::remove(folder.file("ca.crt"));
  CHECK_FALSE(authority_of(folder.file("page.crt")));
  CHECK_FALSE(authority_of(page->key));
  CHECK_FALSE(authority_of(folder.file("no.crt")));
}

TEST_CASE("a machine that thinks it is 1970 makes no keys") {
  const auto folder = temporary_folder{};
  const auto store = key_store::create(folder.file("keys"), time_point{});
  REQUIRE_FALSE(store);
  CHECK(store.error().code == fault_code::not_ready);
  CHECK_FALSE(std::filesystem::exists(folder.file("keys")));
}

TEST_CASE("nothing outlives its authority") {
  const auto folder = temporary_folder{};
  auto store = key_store::create(folder.file("keys"), now);
  REQUIRE(store);
  const auto late = now + authority_life - 10 * 24h;
  const auto files = store->issue({key_role::node, "atn", {}}, late);
  REQUIRE(files);
  CHECK(read_certificate(files->cert)->until == now + authority_life);
}

TEST_CASE("a name is one certificate, whatever its role, and a node's user is no site's") {
  const auto folder = temporary_folder{};
  auto store = key_store::create(folder.file("keys"), now);
  REQUIRE(store);
  REQUIRE(store->issue({key_role::node, "maple-12", {}}, now));
  CHECK(store->issue({key_role::site, "maple-12", {}}, now).error().code == fault_code::refused);
  CHECK(read_certificate(folder.file("keys/maple-12.crt"))->common_name == "node:maple-12");
  for (const auto* name : {"node:maple-12", "+", "#", "a/b", "..", "", "ca", "Maple", "a\n"}) {
    CHECK(name_trouble(key_role::site, name));
    CHECK(store->issue({key_role::site, name, {}}, now).error().code == fault_code::malformed);
  }
  CHECK_FALSE(name_trouble(key_role::broker, "broker.example.net"));
  CHECK_FALSE(name_trouble(key_role::site, std::string(64, 'a')));
  CHECK(name_trouble(key_role::site, std::string(65, 'a')));
  for (const auto* name : {"../elsewhere", "", ".", "no/body"}) {
    CHECK_FALSE(store->renew(name, {}, now));
    CHECK_FALSE(store->revoke(name, revoke_which::all_of_the_name, now));
  }
}

TEST_CASE("an interrupted making leaves a key without a certificate, which is made anew") {
  const auto folder = temporary_folder{};
  auto store = key_store::create(folder.file("keys"), now);
  REQUIRE(store);
  REQUIRE(
      write_durably(folder.file("keys/oak-1.key"), "half", readers::owner_only, existing::stays));
  const auto files = store->issue({key_role::site, "oak-1", {}}, now);
  REQUIRE(files);
  CHECK(usable_keys(client_of(*files), now));
}

TEST_CASE("a later revocation list has a later date, even within one second") {
  const auto folder = temporary_folder{};
  auto store = key_store::create(folder.file("keys"), now);
  REQUIRE(store);
  for (const auto* site : {"a", "b", "c"}) {
    REQUIRE(store->issue({key_role::site, site, {}}, now));
    REQUIRE(store->revoke(site, revoke_which::all_of_the_name, now) == 1U);
    REQUIRE(store->revoke(site, revoke_which::all_of_the_name, now) == 0U);
  }
  CHECK(read_revoked_serials(folder.file("keys/ca.crl"))->size() == 3);
  const auto shown = look_at_keys(folder.file("keys"), {});
  REQUIRE(shown);
  for (const auto& key : *shown) CHECK(key.revoked == (key.facts->role == key_role::site));
}

TEST_CASE("a private file has its mode before its content and is never half there") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("a.key");
  const auto before = ::umask(0);
  const auto written = write_durably(file, "secret", readers::owner_only, existing::stays);
  ::umask(before);
  REQUIRE(written);
  CHECK(std::filesystem::status(file).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(write_durably(file, "other", readers::owner_only, existing::stays).error().code ==
        fault_code::refused);
  CHECK(read_private_file("key", file) == "secret");
  CHECK(write_durably(file, "other", readers::owner_only, existing::is_replaced));
  CHECK(read_private_file("key", file) == "other");
  CHECK_FALSE(write_durably(folder.file("no/such"), "x", readers::everybody, existing::stays));
  auto files = 0;
  for (const auto& each : std::filesystem::directory_iterator{folder.path()}) ++files, (void)each;
  CHECK(files == 1);
}

TEST_CASE("a broker's folder replaces only what this program has written") {
  const auto folder = temporary_folder{};
  auto store = key_store::create(folder.file("keys"), now);
  REQUIRE(store);
  CHECK(write_mosquitto_folder(folder.file("keys"), folder.file("out"), {})
            .error()
            .detail.find("holds no broker") != std::string::npos);
  REQUIRE(store->issue({key_role::broker, "main", {"127.0.0.1"}}, now));
  REQUIRE(write_mosquitto_folder(folder.file("keys"), folder.file("out"), {}) == "main");
  REQUIRE(write_mosquitto_folder(folder.file("keys"), folder.file("out"), {}) == "main");
  std::ofstream{folder.file("out/mosquitto.conf"), std::ios::trunc} << "listener 1883\n";
  CHECK(write_mosquitto_folder(folder.file("keys"), folder.file("out"), {}).error().code ==
        fault_code::refused);
}
