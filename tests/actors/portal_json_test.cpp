#include "actors/portal/json_answer.hpp"
#include "actors/portal/strict_json.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace hearth;

namespace {

web_request with(std::string body) {
  auto asked = web_request{};
  asked.body = std::move(body);
  return asked;
}

/// Status and field of what is wrong; {0, ""}: nothing.
std::pair<unsigned, std::string> wrong(const strict_reader& from) {
  const auto bad = from.problem();
  if (!bad) return {0, ""};
  const auto said = nlohmann::json::parse(bad->body);
  CHECK(said["error"].is_string());
  return {bad->status, said.value("field", "")};
}

constexpr auto kinds = std::array<std::string_view, 2>{"boost", "holiday"};

}  // namespace

TEST_CASE("a body that is no one JSON object is refused with 400 and never throws") {
  for (const auto* body : {"",
                           " ",
                           "{",
                           "}",
                           "[]",
                           "null",
                           "1",
                           "\"x\"",
                           "{}{}",
                           "{} x",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":NaN}",
                           "{\"a\":1e999}",
                           "{\"a\":01}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\\ud800\"}",
                           "// c\n{}",
                           "{\"a\":\"\n\"}",
                           "\xef\xbb\xbf",
                           "{\"a\":tru",
                           "{\"\xc0\xaf\":1}"}) {
    CHECK_MESSAGE(!strict_object(body), body);
    auto from = strict_reader{with(body)};
    CHECK_FALSE(from.text("a", 10));
    CHECK(wrong(from).first == 400);
  }
  CHECK(strict_object("{}"));
}

TEST_CASE("a body has no key twice, at any depth") {
  CHECK_FALSE(strict_object(R"({"role":"viewer","role":"installer"})"));
  CHECK_FALSE(strict_object(R"({"a":[{"b":1,"b":2}]})"));
  CHECK_FALSE(strict_object(R"({"a":1,"\u0061":2})"));
  CHECK(strict_object(R"({"a":[{"b":1},{"b":2}],"b":{"a":1}})"));
}

TEST_CASE("a body is bounded in length, depth and the length of its keys") {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(strict_object(nested(deepest_body - 1)));
  CHECK_FALSE(strict_object(nested(deepest_body)));
  CHECK_FALSE(strict_object(nested(30'000)));
  CHECK_FALSE(strict_object(R"({"a":)" + std::string(60'000, '[')));
  CHECK_FALSE(strict_object(R"({"a":")" + std::string(longest_body, 'x') + "\"}"));
  CHECK(strict_object(R"({"a":")" + std::string(longest_body - 8, 'x') + "\"}"));
  CHECK_FALSE(strict_object("{\"" + std::string(longest_key + 1, 'k') + "\":1}"));
}

TEST_CASE("what is missing, of a wrong type or out of bounds is 422 and names its field") {
  const auto read = [](const char* body) {
    auto from = strict_reader{with(body)};
    const auto kind = from.one_of("kind", kinds);
    const auto setpoint = from.number("setpoint_c", 5, 30);
    const auto seconds = from.integer("for_s", 1, 86'400);
    const auto on = from.flag("on");
    const auto name = from.text("name", 5);
    const auto good = kind && setpoint && seconds && on && name;
    CHECK(good == !from.problem());
    return wrong(from);
  };
  using said = std::pair<unsigned, std::string>;
  CHECK(read(R"({"kind":"boost","setpoint_c":21,"for_s":60,"on":true,"name":"x"})") == said{0, ""});
  CHECK(read(R"({"setpoint_c":21,"for_s":60,"on":true,"name":"x"})") == said{422, "kind"});
  CHECK(read(R"({"kind":"shed","setpoint_c":21,"for_s":60,"on":true,"name":"x"})") ==
        said{422, "kind"});
  CHECK(read(R"({"kind":1,"setpoint_c":21,"for_s":60,"on":true,"name":"x"})") == said{422, "kind"});
  CHECK(read(R"({"kind":"boost","setpoint_c":"21","for_s":60,"on":true,"name":"x"})") ==
        said{422, "setpoint_c"});
  CHECK(read(R"({"kind":"boost","setpoint_c":31,"for_s":60,"on":true,"name":"x"})") ==
        said{422, "setpoint_c"});
  CHECK(read(R"({"kind":"boost","setpoint_c":21,"for_s":1.5,"on":true,"name":"x"})") ==
        said{422, "for_s"});
  CHECK(read(R"({"kind":"boost","setpoint_c":21,"for_s":0,"on":true,"name":"x"})") ==
        said{422, "for_s"});
  CHECK(
      read(
          R"({"kind":"boost","setpoint_c":21,"for_s":18446744073709551615,"on":true,"name":"x"})") ==
      said{422, "for_s"});
  CHECK(
      read(
          R"({"kind":"boost","setpoint_c":21,"for_s":99999999999999999999,"on":true,"name":"x"})") ==
      said{422, "for_s"});
  CHECK(read(R"({"kind":"boost","setpoint_c":21,"for_s":60,"on":1,"name":"x"})") ==
        said{422, "on"});
  CHECK(read(R"({"kind":"boost","setpoint_c":21,"for_s":60,"on":true,"name":""})") ==
        said{422, "name"});
  CHECK(read(R"({"kind":"boost","setpoint_c":21,"for_s":60,"on":true,"name":"longer"})") ==
        said{422, "name"});
  CHECK(read(R"({"kind":"boost","setpoint_c":21,"for_s":60,"on":true,"name":"a\u0000b"})") ==
        said{422, "name"});
  CHECK(read(R"({"kind":"boost","setpoint_c":null,"for_s":60,"on":true,"name":"x"})") ==
        said{422, "setpoint_c"});
}

TEST_CASE("a key that nobody asked for is refused by its name, before what is missing") {
  auto from = strict_reader{with(R"({"nmae":"Ines"})")};
  from.text("name", 10);
  CHECK(wrong(from) == std::pair<unsigned, std::string>{422, "nmae"});
}

TEST_CASE("lists of objects are read as strictly, and name the place in the list") {
  const auto read = [](const char* body) {
    auto from = strict_reader{with(body)};
    auto sum = std::int64_t{0};
    for (auto& entry : from.objects("entries", 2)) {
      for (const auto day : entry.integers("days", 1, 7, 7)) sum += day;
      entry.text("from", 5);
    }
    if (!from.problem()) CHECK(sum == 6);
    return wrong(from);
  };
  using said = std::pair<unsigned, std::string>;
  CHECK(read(R"({"entries":[{"days":[1,2],"from":"06:30"},{"days":[3],"from":"07:00"}]})") ==
        said{0, ""});
  CHECK(read(R"({"entries":[{"days":[1],"from":"06:30"},{"days":[8],"from":"07:00"}]})") ==
        said{422, "entries[1].days"});
  CHECK(read(R"({"entries":[{"days":[1,"2"],"from":"06:30"}]})") == said{422, "entries[0].days"});
  CHECK(read(R"({"entries":[{"days":[1],"from":"06:30","x":1}]})") == said{422, "entries[0].x"});
  CHECK(read(R"({"entries":[7]})") == said{422, "entries[0]."});
  CHECK(read(R"({"entries":{}})") == said{422, "entries"});
  CHECK(read(R"({"entries":[{},{},{}]})") == said{422, "entries"});
}

TEST_CASE("an answer with text that is no UTF-8 is mended and not thrown") {
  const auto answered = json(200, {{"name", "caf\xe9 \xff"}});
  CHECK(nlohmann::json::accept(answered.body));
  CHECK(problem(422, "what \xff", "x").status == 422);
}

TEST_CASE("an answer is JSON that no cache keeps") {
  const auto answered = json(200, {{"a", 1}});
  CHECK(answered.body == R"({"a":1})");
  auto type = std::string{};
  auto cache = std::string{};
  for (const auto& [name, value] : answered.headers)
    (name == "Content-Type" ? type : cache) = value;
  CHECK(type == "application/json; charset=utf-8");
  CHECK(cache == "no-store");
  CHECK(too_often(duration{1}).body.find("\"retry_after_s\":1") != std::string::npos);
  CHECK(too_often(duration{60'001}).body.find("\"retry_after_s\":61") != std::string::npos);
}
