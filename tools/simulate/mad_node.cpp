#include "tools/simulate/mad_node.hpp"

#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace hearth::simulate {
namespace {

using namespace std::chrono_literals;

constexpr duration slot = 300s;

time_point slot_before(time_point t) { return t - t.time_since_epoch() % slot; }

}  // namespace

mad_node::mad_node(std::shared_ptr<const layout> house, std::uint64_t seed)
    : house_{std::move(house)}, chance_{seed} {}

double mad_node::number() {
  constexpr auto absurd =
      std::to_array<double>({0, -1, 1e-300, 1e300, -1e300, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity(), 1e9, 0.5, 3000, 20, 0.1});
  return absurd[chance_.below(absurd.size())];
}

duration mad_node::length() {
  constexpr auto some = std::to_array<duration>(
      {0s, -1s, 1ms, 299s, 300s, 900s, 1800s, 3600s, 3601s, 86400s, 24h * 36500});
  return some[chance_.below(some.size())];
}

std::string mad_node::name() {
  switch (chance_.below(5)) {
  case 0: return "";
  case 1: return std::string(2000, 'x');
  case 2: return "\xff\xfe\x01";
  case 3: return last_contract_;
  default: return "m" + std::to_string(chance_.below(50));
  }
}

std::string mad_node::channel() {
  if (chance_.happens(0.2)) return name();
  return house_->channels[chance_.below(house_->channels.size())].name;
}

contract mad_node::some_contract(time_point now) {
  auto c = contract{};
  c.id = chance_.happens(0.5) ? "mad-" + std::to_string(++contracts_) : name();
  // Near, so that they come into force, or far, so that more are agreed than can be kept.
  const auto slots = chance_.happens(0.5) ? chance_.below(30) : chance_.below(560);
  c.start = slot_before(now) + slot * (static_cast<int>(slots) - 6);
  c.length = slot;
  // Fine so far, most of the time; a third stays so. Now for what is not.
  if (chance_.happens(0.3)) {
    c.average = 100.0 * static_cast<double>(chance_.below(60)) * watt;
    last_contract_ = c.id;
    return c;
  }
  if (chance_.happens(0.2)) c.start += std::chrono::seconds{chance_.below(300)};
  if (chance_.happens(0.1)) c.start += (chance_.happens(0.5) ? 1 : -1) * 24h * 365;
  if (chance_.happens(0.5)) c.length = length();
  c.average =
      (chance_.happens(0.5) ? 100.0 * static_cast<double>(chance_.below(120)) : number()) * watt;
  last_contract_ = c.id;
  return c;
}

request mad_node::some_request() {
  auto r = request{};
  constexpr auto ranks = std::to_array({authority::safety, authority::admin, authority::grid,
                                        authority::contract, authority::policy, authority::local});
  r.rank = ranks[chance_.below(ranks.size())];
  switch (chance_.below(3)) {
  case 0: {
    const auto units = std::to_array({unit::on_off, unit::celsius, unit::watt, unit::count});
    const auto value = chance_.happens(0.5) ? static_cast<double>(chance_.below(2)) : number();
    r.wish = hold{channel(), {value, units[chance_.happens(0.7) ? 0 : chance_.below(4)]}};
    break;
  }
  case 1: r.wish = shed{}; break;
  default: r.wish = release{}; break;
  }
  r.lease = length();
  r.reason = name();
  return r;
}

std::variant<body, nonsense> mad_node::speak(time_point now) {
  const auto some_prices = [&] {
    auto all = std::vector<energy_price>(chance_.below(300), number() * usd_per_mwh);
    for (auto& each : all)
      if (chance_.happens(0.3)) each = number() * usd_per_mwh;
    return all;
  };
  switch (chance_.below(12)) {
  case 0:
  case 1:
  case 2: return body{some_contract(now)};
  case 3: return body{withdrawal{name(), name()}};
  case 4:
  case 5: return body{some_request()};
  case 6: return body{prices{now + length(), length(), some_prices(), some_prices()}};
  case 7: {
    auto w = weather{now + length(), length(), {}};
    for (auto n = chance_.below(300); n > 0; --n) w.outdoor.push_back(celsius(number()));
    return body{std::move(w)};
  }
  case 8: {
    constexpr auto subjects =
        std::to_array({query_subject::snapshot, query_subject::layout, query_subject::state});
    return body{query{subjects[chance_.below(subjects.size())]}};
  }
  case 9: {
    auto r = resend{};
    for (auto n = chance_.below(4); n > 0; --n)
      r.missing.push_back({name(), chance_.below(1000), chance_.below(1000)});
    return body{std::move(r)};
  }
  case 10: {
    // Only about what the house never said: to believe a node that it has something is the deal.
    if (chance_.happens(0.5)) return body{ack{"nobody-" + std::to_string(chance_.below(99)), {}}};
    return body{nack{"nobody-1", nack_reason::invalid, name()}};
  }
  default: {
    constexpr auto kinds = std::to_array<std::string_view>(
        {"contract", "request", "prices", "weather", "ack", "report", "birth", "x"});
    auto n = nonsense{std::string{kinds[chance_.below(kinds.size())]}, {}};
    n.bytes.resize(chance_.below(200));
    for (auto& byte : n.bytes) byte = static_cast<char>(chance_.below(256));
    return n;
  }
  }
}

}  // namespace hearth::simulate
