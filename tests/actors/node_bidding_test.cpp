#include "actors/node/bidding.hpp"
#include "actors/node/dispatch_policy.hpp"
#include "actors/node/node.hpp"
#include "protocol/codec.hpp"
#include "protocol/topics.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto midnight = *from_iso8601("2020-01-15");
const auto six = midnight + 6h;

house_model some_house() {
  auto plant = plant_layout{};
  plant.heat_pump.max_power = 8 * kilowatt;
  plant.heat_pump.min_on = 20min;
  plant.heat_pump.min_off = 10min;
  plant.heat_pump.cop = {{celsius(-20), celsius(35), 2.2}, {celsius(10), celsius(65), 2.4}};
  plant.store = store_layout{.volume = 1000 * litre,
                             .layers = {},
                             .max = celsius(75),
                             .min_top = celsius(45),
                             .heating_curve = {}};
  return assumed_model(plant);
}

/// Three days: dear from 7 to 12 and 16 to 20, and frost.
outlook winter() {
  auto p = prices{midnight, 1h, {}, {}};
  auto w = weather{midnight, 1h, {}};
  for (auto h = 0; h < 72; ++h) {
    const auto dear = (h % 24 >= 7 && h % 24 < 12) || (h % 24 >= 16 && h % 24 < 20);
    p.energy.push_back((dear ? 400 : 80) * usd_per_mwh);
    w.outdoor.push_back(celsius(-5));
  }
  return {p, w};
}

standing stands(time_point at, double mean_c = 42, bool running = false) {
  return {at, celsius(mean_c), celsius(mean_c + 5), running,
          1h, celsius(-5),     some_house(),        std::vector<power>(24)};
}

/// A house that is there, a node's view of the market, and what is said at a time.
struct bidding {
  outlook world = winter();
  dispatch_options options{.bids = true};
  site_memory house;
  market_view market{"UTC"};

  bidding() {
    house.site = "maple-12";
    says(birth{true, "h", "v"}, midnight, "b-1");
  }
  void says(body b, time_point now, std::string id = "b-2") {
    const auto sequence = is_journaled(b) ? std::uint64_t{3} : 0;
    house.hear({"maple-12", "b", sequence, std::move(id), now, "", std::move(b)}, now,
               [](time_point) { return std::optional<energy_price>{}; });
  }
  template <class T>
  std::optional<T> said(time_point now) {
    house.last_heard = now;
    market.look(world, now);
    auto out = std::optional<T>{};
    for (const auto& b : decide(house, world, options, now, &market)) {
      house.say(b, now, [](time_point) { return std::optional<energy_price>{}; });
      if (const auto* found = std::get_if<T>(&b)) out = *found;
    }
    return out;
  }
};

}  // namespace

TEST_CASE_FIXTURE(bidding, "a house is asked how it stands, then bid for, then left alone") {
  CHECK_FALSE(said<query>(six - 6min - 1s));
  REQUIRE(said<query>(six - 6min));
  CHECK_FALSE(said<contract>(six - 6min));
  says(stands(six - 6min + 1s), six - 6min + 1s);
  CHECK_FALSE(said<contract>(six - 5min - 1s));
  const auto c = said<contract>(six - 5min);
  REQUIRE(c);
  CHECK(c->id == "maple-12/2020-01-15T06:00:00Z");
  CHECK(c->start == six);
  CHECK(c->length == 1h);
  CHECK(c->price == 80 * usd_per_mwh);
  // Before the dear hours the store is filled.
  CHECK(c->average > 3 * kilowatt);
  SUBCASE("it answers") {
    says(contract_report{c->id, contract_status::accepted, "", {}, {}, six - 4min}, six - 4min,
         "b-3");
    CHECK_FALSE(said<contract>(six - 3min));
  }
  SUBCASE("it does not: the same words are said again, though it stands otherwise by now") {
    says(stands(six - 4min, 60), six - 4min);
    CHECK_FALSE(said<contract>(six - 4min - 1s));
    const auto again = said<contract>(six - 4min);
    REQUIRE(again);
    CHECK(*again == *c);
  }
}

TEST_CASE_FIXTURE(bidding,
                  "a house that does not say how it stands is asked each minute and not bid for") {
  CHECK(said<query>(six - 6min));
  CHECK_FALSE(said<query>(six - 6min + 30s));
  CHECK(said<query>(six - 5min));
  CHECK(said<query>(six - 4min));
  CHECK_FALSE(said<contract>(six - 1min));
}

TEST_CASE_FIXTURE(bidding, "how a house stood in its last life is not how it stands") {
  says(stands(six - 6min), six - 6min);
  house.hear({"maple-12", "new", 0, "new-1", six - 5min - 30s, "", birth{true, "h", "v"}},
             six - 5min - 30s, [](time_point) { return std::optional<energy_price>{}; });
  CHECK_FALSE(said<contract>(six - 5min));
  CHECK(said<query>(six - 5min + 1min));
}

TEST_CASE_FIXTURE(bidding, "dear hours buy nothing for a warm store, and the heat pump stays off") {
  const auto eight = midnight + 8h;
  says(stands(eight - 5min, 60), eight - 5min);
  const auto c = said<contract>(eight - 5min);
  REQUIRE(c);
  CHECK(c->average == power{});
}

TEST_CASE_FIXTURE(bidding,
                  "the slot clears at the real price where that is another than expected") {
  world.cleared = world.prices;
  world.cleared->energy[6] = 2000 * usd_per_mwh;
  says(stands(six - 5min, 60), six - 5min);
  const auto c = said<contract>(six - 5min);
  REQUIRE(c);
  CHECK(c->price == 2000 * usd_per_mwh);
  CHECK(c->average == power{});
}

TEST_CASE_FIXTURE(bidding, "prices by the quarter of an hour are bid for by the quarter") {
  auto quarters = prices{midnight, 15min, {}, {}};
  for (auto i = 0; i < 72 * 4; ++i) quarters.energy.push_back(80 * usd_per_mwh);
  world.prices = quarters;
  says(stands(six - 5min), six - 5min);
  const auto c = said<contract>(six - 5min);
  REQUIRE(c);
  CHECK(c->length == 15min);
}

TEST_CASE_FIXTURE(bidding, "no house is sold more than its nameplate, to the last watt") {
  auto cold = stands(six - 5min, 20, true);
  cold.model.electric = cold.model.electric_most = 7034.6 * watt;
  cold.model.electric_w_per_outdoor_k = cold.model.electric_w_per_store_k = 0;
  says(cold, six - 5min);
  const auto c = said<contract>(six - 5min);
  REQUIRE(c);
  CHECK(c->average == 7034 * watt);
}

TEST_CASE_FIXTURE(bidding, "slots shorter than a plan's are not bid for, and the node says so") {
  CHECK_FALSE(validate(options, world));
  world.prices->slot = 5min;
  CHECK(validate(options, world)->find("15, 30 or 60 min") != std::string::npos);
}

TEST_CASE("until its slot begins a house goes on as its contract says") {
  const auto is = stands(six - 5min, 42, true);
  CHECK(state_at(six, is, nullptr).running);
  CHECK(state_at(six, is, nullptr).since_change == 1h + 5min);
  CHECK(state_at(six, is, nullptr).store > celsius(42));
  // Bought for 57 of 60 min: it stops on the way.
  const auto electric = heat_model{is.model}.electric_at(celsius(-5), celsius(42));
  const auto c = contract{"c", midnight + 5h, 1h, 57.0 / 60 * electric};
  const auto then = state_at(six, is, &c);
  CHECK_FALSE(then.running);
  CHECK(then.since_change >= 2min + 50s);
  CHECK(then.since_change <= 3min + 10s);
  // One that began in the slot has had its warm-up to go through: it needs longer.
  auto late = stands(six - 5min, 42, true);
  late.since_change = 45min;
  const auto begun = contract{"c", midnight + 5h, 1h, 45.0 / 60 * electric};
  CHECK(state_at(six, late, &begun).running == false);
  CHECK(state_at(six, late, &begun).since_change >
        5min - heat_model{late.model}.warming_takes() - 10s);
  late.since_change = 47min;
  const auto enough = contract{"c", midnight + 5h, 1h, 48.0 / 60 * electric};
  CHECK(state_at(six, late, &enough).running);
  const auto resting = state_at(six, stands(six - 5min), nullptr);
  CHECK_FALSE(resting.running);
  CHECK(resting.store < celsius(42));
}

TEST_CASE("no standing that a peer could make up brings a node down or takes it long") {
  auto chance = std::mt19937{3};
  const auto any = [&](double least, double most) {
    return std::uniform_real_distribution{least, most}(chance);
  };
  const auto odd = [&] {
    switch (static_cast<int>(any(0, 6))) {
    case 0: return 0.0;
    case 1: return -1.0;
    case 2: return 1e300;
    case 3: return -1e300;
    case 4: return 1e-300;
    default: return any(-1000, 1000);
    }
  };
  auto world = winter();
  auto market = market_view{"UTC"};
  market.look(world, six - 5min);
  auto bids = 0;
  for (auto i = 0; i < 3000; ++i) {
    auto is = stands(six - 5min, any(-30, 150), any(0, 1) < 0.5);
    const auto numbers =
        std::vector<double*>{&is.model.heat_j_per_k,           &is.model.drained,
                             &is.model.loss_per_hour,          &is.model.cop_factor,
                             &is.model.cop_factor_per_k,       &is.model.electric_w_per_outdoor_k,
                             &is.model.electric_w_per_store_k, &is.model.least_part,
                             &is.model.warm_up_part,           &is.model.load_w_per_outdoor_k};
    for (auto n = static_cast<int>(any(0, 3)); n > 0; --n)
      *numbers[static_cast<std::size_t>(any(0, 9.999))] = odd();
    if (any(0, 1) < 0.2) is.model.full = celsius(odd());
    if (any(0, 1) < 0.2) is.model.electric = odd() * watt;
    if (any(0, 1) < 0.2)
      is.model.min_on = std::chrono::seconds{static_cast<std::int64_t>(any(0, 4e9))};
    if (any(0, 1) < 0.2) is.outdoor = celsius(odd());
    if (any(0, 1) < 0.2)
      is.since_change = std::chrono::seconds{static_cast<std::int64_t>(any(0, 4e9))};
    if (any(0, 1) < 0.2) is.usual_beyond[7] = odd() * watt;
    if (any(0, 1) < 0.2) is.model.curve = {{celsius(odd()), celsius(odd())}};
    auto house = site_memory{};
    house.site = "maple-12";
    house.stands = is;
    if (const auto bid = bid_for(house, world, market, six, 1h)) {
      ++bids;
      CHECK(std::isfinite(bid->terms.average.si()));
      CHECK(bid->terms.average >= power{});
      CHECK(bid->terms.average <= 1.001 * is.model.electric_most);
    }
  }
  CHECK(bids > 100);
}

TEST_CASE("a node plans, bids and hears the end over the wire's own words") {
  auto options =
      node_options{.boot_id = "n", .sites = {}, .dispatch = dispatch_options{.bids = true}};
  auto cloud = node{options, winter(), {}};
  auto sequence = std::uint64_t{0};
  const auto from_house = [&](body b, time_point now) {
    const auto journaled = is_journaled(b);
    if (journaled) ++sequence;
    const auto e = envelope{"maple-12",
                            "b",
                            journaled ? sequence : 0,
                            journaled ? "b-" + std::to_string(sequence) : "live-" + to_iso8601(now),
                            now,
                            "",
                            std::move(b)};
    const auto topic = std::holds_alternative<birth>(e.body)
                           ? birth_topic("maple-12")
                           : up_topic("maple-12", kind_of(e.body));
    return cloud.take({topic, encode(e)}, now);
  };
  const auto find = [&](time_point now, std::string_view kind) {
    auto out = std::optional<envelope>{};
    for (const auto& m : cloud.tick(now))
      if (kind_of(m.message.body) == kind) out = *decode(m.payload);
    return out;
  };
  from_house(birth{true, "h", "v"}, six - 7min);
  REQUIRE(find(six - 6min, "query"));
  CHECK(from_house(stands(six - 6min), six - 6min).fresh);
  const auto offer = find(six - 5min, "contract");
  REQUIRE(offer);
  const auto terms = std::get<contract>(offer->body);
  CHECK(terms.price == 80 * usd_per_mwh);
  auto over = contract_report{terms.id,         contract_status::completed, "",
                              terms.promised(), terms.promised(),           six + 1h};
  over.settled =
      settlement{"book", 1, terms.start, terms.length, terms.price, 0s, std::string(32, 'x')};
  from_house(over, six + 1h);
  REQUIRE(cloud.sites().at("maple-12").settled.size() == 1);
  CHECK(cloud.sites().at("maple-12").settled[0].sold == terms);
  CHECK(cloud.sites().at("maple-12").settled[0].entered == over);
}
