#include "drivers/web_target.hpp"

#include <doctest/doctest.h>

using namespace hearth;

namespace {

std::string path_of(std::string_view text) {
  const auto read = web_target_from(text);
  return read ? read->path : "refused: " + read.error().detail;
}

}  // namespace

TEST_CASE("a target is decoded once") {
  CHECK(path_of("/") == "/");
  CHECK(path_of("/control/schedules/living%20room") == "/control/schedules/living room");
  CHECK(path_of("/caf%C3%A9") == "/caf\xC3\xA9");
  CHECK(path_of("/a%252e%252e/b") == "/a%2e%2e/b");
  CHECK(path_of("/a+b") == "/a+b");
  CHECK(path_of("/plan/") == "/plan");
  const auto read = web_target_from("/history?channel=a&channel=b+c%26d&=e&f&&g=%3D=");
  REQUIRE(read);
  CHECK(read->path == "/history");
  CHECK(read->query ==
        std::multimap<std::string, std::string>{
            {"", "e"}, {"channel", "a"}, {"channel", "b c&d"}, {"f", ""}, {"g", "=="}});
}

TEST_CASE("a target that leads elsewhere, or that two would read differently, is refused") {
  using std::string;
  for (const auto& text : {string{""},
                           string{"*"},
                           string{"index.html"},
                           string{"http://house/"},
                           string{"/.."},
                           string{"/../etc/passwd"},
                           string{"/a/../b"},
                           string{"/a/./b"},
                           string{"/%2e%2e/b"},
                           string{"/%2E./b"},
                           string{"/a/.."},
                           string{"//etc/passwd"},
                           string{"/a//b"},
                           string{"/a%2Fb"},
                           string{"/a\\..\\b"},
                           string{"/a%5Cb"},
                           string{"/a%00b"},
                           string{"/a\0b", 4},
                           string{"/a%0d%0aSet-Cookie:x"},
                           string{"/a%7F"},
                           string{"/a%"},
                           string{"/a%2"},
                           string{"/a%zz"},
                           string{"/a%-1"},
                           string{"/a%u002e"},
                           string{"/%C0%AE%C0%AE/"},
                           string{"/%E0%80%AF"},
                           string{"/%ED%A0%80"},
                           string{"/%F4%90%80%80"},
                           string{"/%FF"},
                           string{"/%C3"},
                           string{"/%C2%85"},
                           string{"/caf\xC3\xA9"},
                           string{"/a b"},
                           string{"/a\tb"},
                           string{"/a#b"},
                           string{"/a?b=%00"},
                           string{"/a?b=%C3"},
                           string{"/a?%zz=1"},
                           "/" + string(longest_target, 'a')}) {
    CAPTURE(text);
    CHECK(path_of(text).starts_with("refused: "));
  }
}

TEST_CASE("a query with too many parts is refused") {
  auto text = std::string{"/a?"};
  for (std::size_t i = 0; i < query_parts; ++i) text += "b&";
  CHECK(web_target_from(text));
  CHECK(!web_target_from(text + "b"));
}

TEST_CASE("a Host is a name, a number or either with a port") {
  for (const auto* good : {"house", "house.local:8443", "192.168.1.20", "[fd00::20]:8443"})
    CHECK(is_web_host(good));
  for (const auto* bad : {"", "a b", "a/b", "a@b", "a\"b", "<a>", "a,b", "a?b"})
    CHECK(!is_web_host(bad));
}
