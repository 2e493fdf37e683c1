#include "drivers/ports/password_hash.hpp"

#include "drivers/ports/qr_text.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace hearth;

namespace {

const auto small = argon2_cost{64, 1, 1};

}  // namespace

TEST_CASE(
    "a password's hash is Argon2id with OWASP's least costs, and verifies that password alone") {
  const auto how = argon2id_hashing();
  const auto hash = how.hash("lantern under snow");
  REQUIRE(hash);
  CHECK(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(how.verify(*hash, "lantern under snow"));
  CHECK_FALSE(how.verify(*hash, "lantern under snow "));
  CHECK_FALSE(how.verify(*hash, ""));
}

TEST_CASE("two hashes of one password differ, because each has a salt of its own") {
  const auto how = argon2id_hashing(small);
  CHECK(*how.hash("lantern under snow") != *how.hash("lantern under snow"));
}

TEST_CASE("a password may hold any bytes, zeros too") {
  const auto how = argon2id_hashing(small);
  const auto password = std::string("a\0b\xff\xfe", 5);
  const auto hash = how.hash(password);
  REQUIRE(hash);
  CHECK(how.verify(*hash, password));
  CHECK_FALSE(how.verify(*hash, "a"));
}

TEST_CASE("a published test vector of Argon2id is verified") {
  // From the test suite of the reference implementation: "password", "somesalt", 2 passes, 256 KiB.
  const auto how = argon2id_hashing(argon2_cost{256, 2, 1});
  const auto encoded = std::string{
      "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"};
  CHECK(how.verify(encoded, "password"));
  CHECK_FALSE(how.verify(encoded, "Password"));
}

TEST_CASE("what is no hash, or one that would take all memory or time, verifies nothing") {
  const auto how = argon2id_hashing(small);
  const auto hash = *how.hash("lantern under snow");
  for (const auto& bad : {std::string{}, std::string{"$argon2id$"}, std::string{"plain"},
                          hash.substr(0, hash.size() / 2),
                          std::string{"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$aaaa"},
                          std::string{"$argon2id$v=19$m=64,t=4000000000,p=1$c29tZXNhbHQ$aaaa"},
                          std::string{"$argon2id$v=19$m=64,t=1,p=200$c29tZXNhbHQ$aaaa"},
                          std::string{"$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aaaa"}, "x" + hash,
                          std::string(100'000, '$')})
    CHECK_FALSE(how.verify(bad, "lantern under snow"));
}

TEST_CASE("random bytes are as many as were asked for, and others each time") {
  auto seen = std::set<std::string>{};
  for (auto i = 0; i < 100; ++i) {
    const auto bytes = random_bytes(32);
    CHECK(bytes.size() == 32);
    seen.insert(bytes);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("a QR code is a square of half blocks, with a quiet zone and its three corners") {
  const auto drawn = qr_text("https://hearth.local:8443/#claim=7K4M-2Q9X");
  REQUIRE(drawn);
  auto lines = std::vector<std::string>{};
  for (std::size_t at = 0; at < drawn->size();) {
    const auto end = drawn->find('\n', at);
    lines.push_back(drawn->substr(at, end - at));
    at = end + 1;
  }
  const auto letters = [](const std::string& line) {
    auto count = std::size_t{0};
    for (const auto c : line) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    return count;
  };
  // 42 bytes need version 3 at the lowest level: 29 modules, and two of quiet on each side.
  REQUIRE(lines.size() == 17);
  for (const auto& line : lines) CHECK(letters(line) == 33);
  CHECK(lines[0].find(' ') == std::string::npos);
  // The first row of a corner is dark above; its second is light inside the frame.
  CHECK(lines[1].starts_with("\u2588\u2588 \u2584\u2584\u2584\u2584\u2584 "));
  CHECK_FALSE(qr_text(std::string(4'000, 'x')));
}
