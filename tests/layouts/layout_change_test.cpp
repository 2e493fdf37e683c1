#include "layouts/layout_change.hpp"

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

std::string bench() { return contents_of(source("layouts/pi-bench.yaml")); }

layout house_of_text(const std::string& yaml) {
  auto parsed = parse_layout(yaml, "pi-bench.yaml", source("layouts"), known_catalog());
  for (const auto& d : parsed.diagnostics) MESSAGE(to_text(d));
  REQUIRE(parsed.layout.has_value());
  return std::move(*parsed.layout);
}

std::string with(std::string yaml, const std::string& what, const std::string& instead) {
  const auto at = yaml.find(what);
  REQUIRE(at != std::string::npos);
  return yaml.replace(at, what.size(), instead);
}

layout_change changed(const std::string& yaml) {
  return compare(house_of_text(bench()), house_of_text(yaml));
}

using word_list = std::vector<std::string>;

}  // namespace

TEST_CASE("of the same layout everything stays, and there is nothing to say") {
  const auto same = changed(bench());
  CHECK(same.words.empty());
  CHECK(same.buses.size() == 3);
  CHECK(same.devices.size() == 4);
  CHECK(same.channels.size() == 6);
}

TEST_CASE("a device that another one was put before stays, at another place") {
  const auto more =
      changed(with(bench(), "devices:\n",
                   "devices:\n  - { id: relay-0, model: gpio-relay, bus: pins, line: 22, "
                   "channels: { state: relay.0 } }\n"));
  CHECK(more.words == word_list{"device relay-0: new"});
  CHECK(more.devices.size() == 4);
  CHECK(more.devices.at(device_id{0}) == device_id{1});
  CHECK(more.channels.at(channel_id{0}) == channel_id{1});
}

TEST_CASE("whatever differs of a device makes it another one") {
  const auto relay = std::string{"line: 27, active: low, fail_safe: open"};
  for (const auto* instead :
       {"line: 26, active: low, fail_safe: open", "line: 27, active: high, fail_safe: open",
        "line: 27, active: low, fail_safe: closed", "line: 27, active: low, poll: 3 s"}) {
    CAPTURE(instead);
    const auto other = changed(with(bench(), relay, instead));
    CHECK(other.words == word_list{"device relay-2: changed"});
    CHECK_FALSE(other.devices.contains(device_id{1}));
    CHECK_FALSE(other.channels.contains(channel_id{1}));
    CHECK(other.devices.contains(device_id{0}));
  }
  CHECK(changed(with(bench(), "state: relay.2", "state: relay.two")).words ==
        word_list{"device relay-2: changed"});
  CHECK(changed(with(bench(),
                     "      power: { id: meter.power, report: { every: 60 s, on_change: 5 W } }\n",
                     ""))
            .words == word_list{"device meter: changed"});
  CHECK(changed(with(bench(), "id: relay-2", "id: relay-b")).words ==
        word_list{"device relay-2: gone", "device relay-b: new"});
}

TEST_CASE("a bus that changes takes its devices with it, and no others") {
  const auto faster = changed(with(bench(), "baud: 2400", "baud: 9600"));
  CHECK(faster.words == word_list{"bus rs485: changed", "device meter: changed"});
  CHECK(faster.devices.size() == 3);
}

TEST_CASE("what says how a channel is reported or judged restarts no device, and is said") {
  const auto other = changed(with(bench(), "on_change: 0.25 K", "on_change: 0.5 K"));
  CHECK(other.devices.size() == 4);
  REQUIRE(other.words.size() == 1);
  CHECK(other.words[0].find("devices as they were") != std::string::npos);
}
