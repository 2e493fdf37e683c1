#include "drivers/neighbour.hpp"

#include <doctest/doctest.h>

using namespace hearth;

TEST_CASE("the addresses of one IPv6 network are one neighbour") {
  CHECK(neighbour_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(neighbour_of("2001:db8:1:2::9") == "2001:db8:1:2::/64");
  CHECK(neighbour_of("2001:db8:1:3::1") == "2001:db8:1:3::/64");
  CHECK(neighbour_of("2001:DB8:0:0::1") == neighbour_of("2001:db8::2"));
}

TEST_CASE("who lives in the house's own network is one neighbour each") {
  CHECK(neighbour_of("192.168.1.4") == "192.168.1.4");
  CHECK(neighbour_of("fe80::1%eth0") != neighbour_of("fe80::2%eth0"));
  CHECK(neighbour_of("fe80::1%eth0") != neighbour_of("fe80::1%wlan0"));
  CHECK(neighbour_of("FE80::0:1%eth0") == neighbour_of("fe80::1%eth0"));
  CHECK(neighbour_of("febf::1") != neighbour_of("febf::2"));
  CHECK(neighbour_of("fd12:3456:789a:1::1") != neighbour_of("fd12:3456:789a:1::2"));
  CHECK(neighbour_of("::1") == "::1");
}

TEST_CASE("an IPv4 neighbour is the same however its address is written") {
  CHECK(neighbour_of("::ffff:192.168.1.4") == "192.168.1.4");
  CHECK(neighbour_of("::FFFF:c0a8:0104") == "192.168.1.4");
}

TEST_CASE("what is no address is a neighbour by its text") {
  for (const auto* text : {"", "house", "192.168.1", "1:2:3", "%eth0", "2001:db8::1::2", ":::"})
    CHECK(neighbour_of(text) == text);
}

TEST_CASE("whoever owns an IPv6 network has no more connections than whoever has one address") {
  auto open = neighbour_count{};
  for (auto i = 0; i < 64; ++i) open.add("2001:db8:1:2::" + std::to_string(i));
  CHECK(open.of("2001:db8:1:2:ffff::1") == 64);
  CHECK(open.of("2001:db8:1:3::1") == 0);
  open.add("fe80::1%eth0");
  CHECK(open.of("fe80::2%eth0") == 0);
  open.remove("2001:db8:1:2::77");
  CHECK(open.of("2001:db8:1:2::1") == 63);
  open.remove("192.168.1.4");
  CHECK(open.of("192.168.1.4") == 0);
}
