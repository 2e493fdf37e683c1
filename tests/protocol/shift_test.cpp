#include "protocol/shift.hpp"

#include "protocol/codec.hpp"
#include "tests/protocol/examples.hpp"

#include <doctest/doctest.h>

#include <protocol/hearth.pb.h>
#include <string>

using namespace hearth;
using namespace hearth::testing;

namespace {

namespace pb = google::protobuf;

/// Every number of a message whose name says that it is a point in time, in order; and all else as
/// text.
struct taken_apart {
  std::vector<std::int64_t> times;
  std::string rest;
};

void take_apart(pb::Message& message, taken_apart& into) {
  const auto* reflection = message.GetReflection();
  auto fields = std::vector<const pb::FieldDescriptor*>{};
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->name().ends_with("unix_ms")) {
      REQUIRE_FALSE(field->is_repeated());
      into.times.push_back(reflection->GetInt64(message, field));
      reflection->ClearField(&message, field);
    } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated())
        take_apart(*reflection->MutableMessage(&message, field), into);
      else
        for (auto i = 0; i < reflection->FieldSize(message, field); ++i)
          take_apart(*reflection->MutableRepeatedMessage(&message, field, i), into);
    }
  }
}

taken_apart on_the_wire(const envelope& message) {
  auto parsed = v1::Envelope{};
  REQUIRE(parsed.ParseFromString(encode(message)));
  auto out = taken_apart{};
  take_apart(parsed, out);
  out.rest = parsed.ShortDebugString();
  return out;
}

constexpr auto fifty_years = duration{50 * 365 * 24h};

}  // namespace

TEST_CASE("every point in time of every message moves, and nothing else does") {
  for (const auto& [name, content] : examples()) {
    CAPTURE(name);
    if (name == "report") continue;  // its times are packed; the next test looks at them
    if (name == "contract_report_settled") continue;  // and the one after it at what is settled
    const auto before = on_the_wire(wrap(content));
    const auto after = on_the_wire(shifted(wrap(content), 1h));
    CHECK(after.rest == before.rest);
    REQUIRE(after.times.size() == before.times.size());
    for (std::size_t i = 0; i < before.times.size(); ++i)
      CHECK(after.times[i] == before.times[i] + duration{1h}.count());
  }
}

TEST_CASE("a report moves with its samples and keeps its length") {
  const auto moved = std::get<report>(
      shifted(report{january, 5min, {{"hp.power", unit::watt, {{january + 10s, 2300.5}}}}}, 1h));
  CHECK(moved ==
        report{january + 1h, 5min, {{"hp.power", unit::watt, {{january + 1h + 10s, 2300.5}}}}});
}

TEST_CASE("what is settled was agreed upon in UTC, and does not move") {
  const auto report = a_settled_report();
  const auto moved = std::get<contract_report>(shifted(body{report}, 1h));
  CHECK(moved.at == report.at + 1h);
  CHECK(moved.settled == report.settled);
}

TEST_CASE("what is moved there and back is what it was, by however much") {
  for (const auto& [name, content] : examples()) {
    CAPTURE(name);
    for (const auto by : {duration{1}, duration{-1h}, fifty_years, -fifty_years})
      CHECK(shifted(shifted(wrap(content), by), -by) == wrap(content));
  }
}

TEST_CASE("a message says when it was sent by the same clock as what it says") {
  const auto moved = shifted(wrap(event{severity::info, "k", "s", "t", january}), 1h);
  CHECK(moved.sent == january + 1h + 250ms);
  CHECK(std::get<event>(moved.body).at == january + 1h);
}

TEST_CASE("a channel that was never heard has no time that could move") {
  const auto moved = std::get<snapshot_report>(shifted(
      snapshot_report{january, {{"hp.power", measured{}, quality::never, time_point{}}}}, 1h));
  CHECK(moved.at == january + 1h);
  CHECK(moved.points[0].at == time_point{});
}
