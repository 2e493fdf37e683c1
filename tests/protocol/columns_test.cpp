#include "protocol/codec.hpp"
#include "protocol/decimals.hpp"
#include "protocol/deflate.hpp"
#include "protocol/limits.hpp"
#include "protocol/live_picture.hpp"
#include "tests/protocol/examples.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <protocol/hearth.pb.h>
#include <random>

using namespace hearth;
using namespace hearth::testing;

namespace {

bool comes_back(const body& content) {
  const auto message = wrap(content);
  const auto back = decode(encode(message));
  return back && *back == message;
}

/// A report whose columns are `columns`, compressed.
std::string packed(const v1::ReportColumns& columns) {
  auto wire = v1::Envelope{};
  REQUIRE(wire.ParseFromString(encode(wrap(report{january, 5min, {}}))));
  wire.mutable_report()->set_deflated(deflated(columns.SerializeAsString()));
  return wire.SerializeAsString();
}

std::string refusal(const std::string& bytes) {
  const auto message = decode(bytes);
  return message ? "taken" : to_text(message.error());
}

}  // namespace

TEST_CASE("a number has a decimal form exactly when it comes back to the last bit") {
  CHECK(as_decimals(std::vector{0.1, 20.25})->exponent == -2);
  CHECK(as_decimals(std::vector{2'300'000.0, 100.0})->exponent == 2);
  CHECK(as_decimals(std::vector{0.0})->exponent == 0);
  CHECK(as_decimals(std::vector<double>{})->numbers.empty());
  CHECK_FALSE(as_decimals(std::vector{0.1 + 0.2}));
  CHECK_FALSE(as_decimals(std::vector{1e30}));
  CHECK_FALSE(as_decimals(std::vector{std::nan("")}));
  auto random = std::mt19937_64{7};
  for (auto i = 0; i < 10'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (const auto d = as_decimals({&value, 1}))
      CHECK(from_decimal(d->numbers.front(), d->exponent) == value);
  }
}

TEST_CASE("values come back to the last bit, whatever they are") {
  auto random = std::mt19937_64{11};
  for (auto round = 0; round < 200; ++round) {
    auto series = channel_series{"c", unit::watt, {}};
    for (auto i = 0; i < 20; ++i) {
      auto value = std::bit_cast<double>(random());
      if (round % 2 == 0) value = std::round(value) / 100;
      if (!std::isfinite(value)) value = 0.1 + 0.2;
      series.samples.push_back({january + duration{random() % 300'000}, value});
    }
    CHECK(comes_back(report{january, 5min, {series}}));
  }
}

TEST_CASE("a compressed bomb is refused after a mebibyte") {
  CHECK_FALSE(
      inflated(deflated(std::string(limits::inflated_bytes + 1, '\0')), limits::inflated_bytes));
  CHECK(inflated(deflated(std::string(limits::inflated_bytes, '\0')), limits::inflated_bytes)
            ->size() == limits::inflated_bytes);
  CHECK_FALSE(inflated("", 10));
  CHECK_FALSE(inflated(deflated("ab") + "x", 10));
}

TEST_CASE("a few bytes cannot promise more samples or text than a report may hold") {
  auto columns = v1::ReportColumns{};
  columns.add_steps_ms(0);
  auto& series = *columns.add_series();
  series.set_channel("c");
  series.set_unit(v1::UNIT_WATT);
  SUBCASE("of values") {
    for (std::size_t i = 0; i <= limits::report_samples; ++i) {
      series.add_times(0);
      series.add_values(0);
    }
    const auto bytes = packed(columns);
    CHECK(bytes.size() < 2000);
    CHECK(refusal(bytes).starts_with("malformed: report.series"));
  }
  SUBCASE("of one fault with a long text, again and again") {
    auto& why = *columns.add_faults();
    why.set_code(v1::FAULT_CODE_TIMEOUT);
    why.set_detail(std::string(limits::text_bytes, 'x'));
    for (auto i = 0; i < 2000; ++i) {
      series.add_times(0);
      series.add_faulty(0);
      series.add_faulty(0);
    }
    CHECK(refusal(packed(columns)) == "malformed: readings are more than 65536");
  }
}

TEST_CASE("columns that do not fit together are refused") {
  auto columns = v1::ReportColumns{};
  columns.add_steps_ms(0);
  auto& series = *columns.add_series();
  series.set_channel("c");
  series.set_unit(v1::UNIT_WATT);
  series.add_times(0);
  series.add_values(1);
  REQUIRE(refusal(packed(columns)) == "taken");
  SUBCASE("a time that is not there") { series.set_times(0, 1); }
  SUBCASE("a fault that is not there") {
    series.add_faulty(0), series.add_faulty(0), series.clear_values();
  }
  SUBCASE("half a pair") {
    series.add_faulty(0);
    series.add_times(0);
  }
  SUBCASE("a value too many") { series.add_values(1); }
  SUBCASE("a sum beyond 2^53") { series.set_values(0, decimal_largest + 1); }
  SUBCASE("a step without end") { series.set_values(0, INT64_MIN); }
  SUBCASE("an exponent without end") { series.set_exponent(INT32_MIN); }
  SUBCASE("a time without end") { columns.set_steps_ms(0, INT64_MIN); }
  SUBCASE("both forms of values") { series.add_exact(1); }
  CHECK(refusal(packed(columns)).starts_with("malformed: "));
}

TEST_CASE("columns with any bytes changed are refused or good, never more than bounded") {
  auto random = std::mt19937{31};
  for (const auto& [name, content] : examples()) {
    if (name != "report" && !name.starts_with("snapshot")) continue;
    auto wire = v1::Envelope{};
    REQUIRE(wire.ParseFromString(encode(wrap(content))));
    auto& slot = name == "report" ? *wire.mutable_report()->mutable_deflated()
                                  : *wire.mutable_snapshot()->mutable_deflated();
    const auto plain =
        inflated(slot, limits::inflated_bytes)
            .value_or(name == "report" ? wire.report().plain().SerializeAsString()
                                       : wire.snapshot().plain().SerializeAsString());
    for (auto round = 0; round < 5000; ++round) {
      auto bytes = plain;
      for (auto i = random() % 4 + 1; i > 0 && !bytes.empty(); --i)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      slot = deflated(bytes);
      const auto message = decode(wire.SerializeAsString());
      if (message) CHECK(decode(encode(*message)));
    }
  }
}

TEST_CASE("an amendment without its picture tells what it can place, and the next picture heals") {
  auto full = snapshot_report{january,
                              {{"a", measured{1, unit::watt}, quality::good, january},
                               {"b", measured{2, unit::watt}, quality::good, january}}};
  auto amendment = snapshot_report{january + 30s,
                                   {},
                                   january,
                                   {{1, measured{9, unit::watt}, quality::good, january + 29s}},
                                   10s};
  auto picture = live_picture{};
  CHECK(picture.take(amendment).empty());
  CHECK(picture.take(full) == full.points);
  const auto amended = picture.take(amendment);
  REQUIRE(amended.size() == 2);
  CHECK(amended[0].at == january + 20s);
  CHECK(amended[1] == channel_point{"b", measured{9, unit::watt}, quality::good, january + 29s});
  full.at += 15min;
  picture.take(full);
  CHECK(picture.take(amendment).size() == 1);
  amendment.changes[0].place = 7;
  CHECK(picture.take(amendment).empty());
}
