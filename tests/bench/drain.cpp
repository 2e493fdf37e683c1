// What a house's backlog and its drain are made of and measured against.
//
// usage: drain fill JOURNAL SITE REPORTS    a house's journal of 86-channel reports nobody has
// taken;
//                                           prints the bytes of one
//        drain bare URI MESSAGES WINDOW BYTES   a bare Paho QoS 1 publisher, the floor: never more
//        than
//                                           WINDOW without the broker's PUBACK
//        drain answer URI SITE MESSAGES     a node that acks each journaled message when it hears
//        it,
//                                           and neither reads nor keeps it: the link alone
//
// Prints "WORD VALUE" lines.

#include "drivers/ports/paho_client.hpp"
#include "drivers/ports/sqlite_journal.hpp"
#include "protocol/codec.hpp"
#include "protocol/topics.hpp"
#include "tests/support/heard_events.hpp"

#include <mqtt/async_client.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>

using namespace hearth;
using namespace std::chrono_literals;
using stop_clock = std::chrono::steady_clock;

namespace {

constexpr auto channels = 86;
constexpr auto samples_each = 3;
constexpr std::size_t acked_at_once = 64;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "drain: %s\n", why.c_str());
  std::exit(1);
}

void tell_speed(std::size_t messages, stop_clock::time_point since) {
  const auto took = std::chrono::duration<double>(stop_clock::now() - since).count();
  std::printf("per_second %.1f\n", static_cast<double>(messages) / took);
}

body report_at(time_point slot, std::minstd_rand& random) {
  auto out = report{slot, 5min, {}};
  for (auto c = 0; c < channels; ++c) {
    auto& s = out.series.emplace_back();
    s.channel = "device." + std::to_string(c);
    s.unit = unit::watt;
    for (auto k = 0; k < samples_each; ++k)
      s.samples.push_back({slot + k * 100s, static_cast<double>(random() % 5000)});
  }
  return out;
}

void fill_journal(const std::string& file, const std::string& site, std::size_t reports) {
  auto opened = open_sqlite_journal(file);
  if (!opened) give_up(opened.error().detail);
  auto random = std::minstd_rand{1};
  auto group = std::vector<journal_entry>{};
  auto bytes = std::size_t{0};
  for (std::size_t n = 1; n <= reports; ++n) {
    const auto made = limits::earliest_date + static_cast<std::int64_t>(n) * 5min;
    auto payload =
        encode({site, "old", n, "old-" + std::to_string(n), made, {}, report_at(made, random)});
    bytes += payload.size();
    group.push_back({journal_class::report, "old", n, "report", std::move(payload), made, false});
    if (group.size() < limits::journal_group && n < reports) continue;
    if (const auto kept = opened->store->append(group, false); !kept) give_up(kept.error().detail);
    group.clear();
  }
  std::printf("bytes %zu\n", bytes / reports);
}

void publish_bare(const std::string& uri, std::size_t messages, std::size_t window,
                  std::size_t bytes) {
  auto client = mqtt::async_client{uri, "bare", mqtt::create_options{MQTTVERSION_5, 1000}};
  auto options = mqtt::connect_options{};
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(true);
  options.set_max_inflight(static_cast<int>(window) + 1);
  client.connect(options)->wait();
  const auto payload = std::string(bytes, 'x');
  const auto began = stop_clock::now();
  auto under_way = std::deque<mqtt::delivery_token_ptr>{};
  for (std::size_t n = 0; n < messages; ++n) {
    if (under_way.size() >= window) {
      under_way.front()->wait();
      under_way.pop_front();
    }
    under_way.push_back(client.publish("bare", payload.data(), payload.size(), 1, false));
  }
  for (const auto& each : under_way) each->wait();
  tell_speed(messages, began);
  client.disconnect()->wait();
}

void answer(const std::string& uri, const std::string& site, std::size_t messages) {
  auto heard = testing::heard_events{};
  auto client = make_paho_client({uri, "answer", {}, {}, {}, {}, {}}, heard.listener());
  client->connect();
  if (!heard.next<mqtt_connected>()) give_up("no broker");
  client->subscribe({"hearth/v1/" + site + "/up/#"});
  if (!heard.next<mqtt_subscribed>()) give_up("no subscription");
  auto said = std::uint64_t{0};
  const auto say = [&](body what) {
    const auto kind = std::string{kind_of(what)};
    const auto now = std::chrono::floor<duration>(std::chrono::system_clock::now());
    const auto id = "n-" + std::to_string(++said);
    client->publish(down_topic(site, kind), encode({site, "n", said, id, now, {}, std::move(what)}),
                    false);
  };
  std::puts("ready");
  std::fflush(stdout);
  auto took = std::size_t{0};
  auto began = stop_clock::now();
  auto ids = std::vector<std::string>{};
  while (took < messages) {
    if (took == 0) say(heartbeat{});  // a sign of life, until the house has begun
    const auto m = heard.next<mqtt_message>(took == 0 ? 500ms : 20s);
    if (!m && took > 0) give_up("the house fell silent");
    if (m && m->topic.ends_with("/report"))
      if (auto id = message_id_in(m->payload)) ids.push_back(std::move(*id));
    if (ids.empty() || (heard.waiting() > 0 && ids.size() < acked_at_once)) continue;
    if (took == 0) began = stop_clock::now();
    took += ids.size();
    auto first = std::move(ids.front());
    ids.erase(ids.begin());
    say(ack{std::move(first), std::exchange(ids, {})});
  }
  tell_speed(took, began);
}

}  // namespace

int main(int argc, char** argv) {
  const auto words = std::vector<std::string>(argv, argv + argc);
  const auto number = [&](std::size_t i) {
    return std::strtoull(words.at(i).c_str(), nullptr, 10);
  };
  const auto mode = argc > 1 ? words[1] : "";
  if (mode == "fill" && argc == 5)
    fill_journal(words[2], words[3], number(4));
  else if (mode == "bare" && argc == 6)
    publish_bare(words[2], number(3), number(4), number(5));
  else if (mode == "answer" && argc == 5)
    answer(words[2], words[3], number(4));
  else
    give_up(
        "usage: drain fill JOURNAL SITE REPORTS | bare URI MESSAGES WINDOW BYTES | answer URI SITE "
        "MESSAGES");
}
