#include "drivers/sunspec.hpp"

#include "drivers/sunspec_inverter.hpp"
#include "drivers/sunspec_meter.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace hearth;
using namespace hearth::testing;
using step = sunspec_search::step;

namespace {

constexpr auto suns_high = std::uint16_t{0x5375};
constexpr auto suns_low = std::uint16_t{0x6E53};

sunspec_search for_a_meter() { return {sunspec_kind::meter, 53, 68}; }

result<words> refusal() { return failed(fault_code::refused, "Illegal data address"); }

}  // namespace

TEST_CASE("the search for a model walks its drawing: three places, the chain, found, and anew") {
  auto search = for_a_meter();
  INFO("no marker: on to the next place");
  CHECK(search.next(9) == modbus_read{9, register_row::table::holding, 40000, 4});
  CHECK(search.advance(refusal())->code == fault_code::not_ready);
  CHECK(search.next(9).address == 50000);
  CHECK(search.advance(words{1, 2, 3, 4})->code == fault_code::not_ready);
  CHECK(search.next(9).address == 0);
  INFO("nobody there in the last place: the fault is what is told, and the first place is next");
  CHECK(search.advance(failed(fault_code::timeout))->code == fault_code::timeout);
  CHECK(search.next(9).address == 40000);

  INFO("the marker, and the first model with it");
  CHECK(search.advance(words{suns_high, suns_low, 1, 65})->detail ==
        "passed model 1 at 40002, looking for a meter");
  CHECK(search.now() == step::chain);
  CHECK(search.next(9) == modbus_read{9, register_row::table::holding, 40069, 2});
  INFO("an inverter is passed");
  CHECK(search.advance(words{103, 50})->code == fault_code::not_ready);
  CHECK(search.next(9).address == 40121);
  CHECK_FALSE(search.found());

  INFO("found");
  CHECK_FALSE(search.advance(words{213, 124}));
  REQUIRE(search.found());
  CHECK(search.found()->address == 40121);
  CHECK(search.found()->number == 213);
  CHECK(search.found()->length == 124);
  CHECK(search.found()->form == sunspec_form::floats);

  INFO("lost: from the first place");
  search.begin_anew();
  CHECK(search.now() == step::marker);
  CHECK(search.next(9).address == 40000);
}

TEST_CASE(
    "a search that was given another kind of device says which, and one without any says so") {
  auto search = for_a_meter();
  search.advance(words{suns_high, suns_low, 1, 65});
  search.advance(words{111, 60});
  const auto swapped = search.advance(words{0xFFFF, 0});
  REQUIRE(swapped);
  CHECK(to_text(*swapped) == "unsupported: this is an inverter (model 111), not a meter");
  CHECK(search.now() == step::marker);

  search.advance(words{suns_high, suns_low, 1, 65});
  search.advance(words{802, 62});
  CHECK(search.advance(words{0xFFFF, 0})->detail == "none of its 2 SunSpec models is a meter");

  for (auto i = 0; i < 2; ++i) search.advance(refusal());
  CHECK(search.advance(refusal())->detail ==
        "no SunSpec device: no marker at 40000, at 50000 or at 0");
}

TEST_CASE("a chain of models without an end is given up after 64 of them") {
  auto search = for_a_meter();
  search.advance(refusal());
  search.advance(refusal());
  auto why = search.advance(words{suns_high, suns_low, 1, 1});
  auto reads = 1;
  for (; why && why->code == fault_code::not_ready && reads < 1000; ++reads)
    why = search.advance(words{64001, 1});
  REQUIRE(why);
  CHECK(why->code == fault_code::overflow);
  CHECK(reads == sunspec_models);
  CHECK(search.now() == step::marker);
}

TEST_CASE("a model may end where the number and length of the next still fit, and no later") {
  const auto after_50004 = [](std::uint16_t length) {
    auto search = for_a_meter();
    search.advance(refusal());
    search.advance(words{suns_high, suns_low, 64001, length});
    return search;
  };
  // The model's points begin at 50004; its successor's number and length take 65534 and 65535.
  const auto longest = std::uint16_t{65534 - 50004};
  CHECK(after_50004(longest).next(1).address == 65534);
  CHECK(after_50004(longest + 1).now() == step::marker);
  CHECK(after_50004(0xFFFF).now() == step::marker);
}

TEST_CASE(
    "whatever words come, a SunSpec device asks only for what can be and answers each channel") {
  auto dice = std::mt19937{20260101};
  for (const auto& what : {sunspec_meter_model(), sunspec_inverter_model()}) {
    const auto house = one_device(what.spec, {{"address", "1"}});
    const auto device = what.make(house, device_id{0});
    auto found = 0;
    for (auto poll = 0; poll < 20'000; ++poll) {
      const auto requests = device->poll();
      REQUIRE(requests.size() == 1);
      const auto& read = std::get<modbus_read>(requests[0]);
      REQUIRE(read.count >= 1);
      REQUIRE(read.count <= 125);
      REQUIRE(read.address + read.count <= 65536);
      if (read.count > 4) ++found;
      // Words that make sense here and there, so that the chain is walked and models are found.
      constexpr std::uint16_t sensible[] = {suns_high, suns_low, 1, 65, 103, 203, 113, 213, 124, 0};
      auto heard = words{suns_high, suns_low, 1, 65};
      if (read.count != 4 || dice() % 4 == 0) {
        heard.resize(read.count);
        for (auto& word : heard)
          word = dice() % 2 == 0 ? sensible[dice() % std::size(sensible)]
                                 : static_cast<std::uint16_t>(dice());
      }
      if (dice() % 50 == 0) heard.resize(dice() % 130);
      auto answers = std::vector<result<bus_answer>>{heard};
      if (dice() % 50 == 0) answers = {failed(fault_code::timeout)};
      CHECK(device->decode(answers, time_point{}).size() == what.spec.channels.size());
    }
    CHECK(found > 100);
  }
}

TEST_CASE("both forms of a SunSpec point give the same reading") {
  const auto point = sunspec_point{"power", unit::watt, "W",    sunspec_type::int16, 0, 1, 0, -1000,
                                   1000,    true,       "power"};
  const auto of_integers = [&](std::uint16_t value, std::uint16_t factor, double sign) {
    return decode_point(point, sunspec_form::integers, words{value, factor}, sign);
  };
  CHECK(of_integers(1234, 0xFFFF, 1)->amount == doctest::Approx(123.4));
  CHECK(of_integers(1234, 0xFFFF, -1)->amount == doctest::Approx(-123.4));
  CHECK(decode_point(point, sunspec_form::floats, words{0x42F6, 0xCCCD}, -1)->amount ==
        doctest::Approx(-123.4));
  CHECK(of_integers(0, 0, -1)->amount == 0);
  CHECK_FALSE(std::signbit(of_integers(0, 0, -1)->amount));
  CHECK(of_integers(0x8000, 0, 1).error().code == fault_code::unsupported);
  CHECK(of_integers(1, 0x8000, 1).error().code == fault_code::unsupported);
  CHECK(of_integers(1, 11, 1).error().code == fault_code::malformed);
  CHECK(of_integers(1, 10, 1).error().code == fault_code::out_of_range);
  CHECK(of_integers(1, 0xFFF6, 1)->amount == doctest::Approx(1e-10));
  CHECK(of_integers(1, 0xFFF5, 1).error().code == fault_code::malformed);
}
