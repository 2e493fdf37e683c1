#include "tests/support/places.hpp"
#include "tools/simulate/bound.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace hearth;
using namespace hearth::simulate;
using namespace std::chrono_literals;

// Real prices and weather stand outside the project: in HEARTH_DATA, or beside the source folder.
namespace {

constexpr auto kwh = kilowatt_hour;

std::optional<std::filesystem::path> data(const std::string& name) {
  const auto* const told = std::getenv("HEARTH_DATA");
  const auto folder =
      told != nullptr ? std::filesystem::path{told} : testing::source("../shared/data");
  if (std::filesystem::exists(folder / name)) return folder / name;
  std::cout << "skipped: there is no " << name << " in " << folder << '\n';
  return {};
}

/// The numbers behind the time in each line, but the first, of a file.
std::vector<std::vector<double>> columns(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  auto line = std::string{};
  std::getline(in, line);
  auto rows = std::vector<std::vector<double>>{};
  while (std::getline(in, line)) {
    auto cells = std::istringstream{line};
    auto cell = std::string{};
    std::getline(cells, cell, ',');
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) rows.back().push_back(std::stod(cell));
  }
  return rows;
}

/// The house of the season bench: load and COP follow from the outdoor temperature alone.
bound_slot bench_hour(double outdoor_f, double usd_per_mwh_all) {
  const auto cop = outdoor_f < 15 ? 1.4 : 1.02 + 0.0257 * outdoor_f;
  return {std::max(0.0, 9.8 - 0.18 * outdoor_f) * kwh, usd_per_mwh_all * usd_per_mwh, cop,
          11 * cop * kwh, 11 * kwh};
}

bound_store bench_store(loss_rule losses) {
  return {60.16 * kwh, 30 * kwh, 30 * kwh, 35.95 * kwh, 0.005, losses};
}

/// Hours `from` to `to` of 2020; a flat distribution price if there is one.
std::optional<bound_problem> bench(std::size_t from, std::size_t to,
                                   std::optional<double> distribution, loss_rule losses) {
  const auto prices = data("prices-keene-2020.csv");
  const auto weather = data("weather-millinocket-2020.csv");
  if (!prices || !weather) return {};
  const auto price = columns(*prices);
  const auto outdoor = columns(*weather);
  auto p = bound_problem{{}, 1h, bench_store(losses), {}};
  for (auto t = from; t < to && t < price.size() && t < outdoor.size(); ++t)
    p.slots.push_back(
        bench_hour(outdoor[t][0] * 1.8 + 32, price[t][0] + distribution.value_or(price[t][1])));
  return p;
}

double timed_usd(const bound_problem& p, const std::string& what, double seconds_most) {
  // Of the processor, which neighbours on the machine do not lengthen as they do those on the wall.
  const auto before = std::clock();
  const auto a = least_cost(p);
  const auto took_s = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  REQUIRE_MESSAGE(a.has_value(), to_text(a.error()));
  std::cout << what << ": " << a->cost.in(us_dollar) << " USD in " << took_s << " s\n";
  CHECK(took_s < seconds_most);
  return a->cost.in(us_dollar);
}

}  // namespace

TEST_CASE("the least costs of the season bench are found again") {
  using enum loss_rule;
  struct part {
    std::size_t from, to;
    std::optional<double> distribution;
    double published_usd;
  };
  for (const auto& part : {part{0, 2904, {}, 435.32}, part{6576, 8735, {}, 284.11},
                           part{0, 2904, 100.0, 858.42}, part{6576, 8735, 100.0, 482.87}}) {
    CAPTURE(part.published_usd);
    const auto p = bench(part.from, part.to, part.distribution, at_slot_start);
    if (!p) return;
    const auto as_published = timed_usd(*p, "season, losses at slot start", 10);
    CHECK(as_published == doctest::Approx(part.published_usd).epsilon(5e-4));
    auto proven = *p;
    proven.store.losses = least_possible;
    const auto least = timed_usd(proven, "season, least losses", 10);
    CHECK(least <= as_published);
    CHECK(least > 0.98 * as_published);
  }
}

TEST_CASE("a year of hours is solved within ten seconds") {
  if (const auto p = bench(0, 8784, {}, loss_rule::least_possible))
    CHECK(timed_usd(*p, "the whole of 2020", 10) > 0);

  // The same without the files: a sine for the seasons, one for the days, and a price that swings.
  auto p = bound_problem{{}, 1h, bench_store(loss_rule::least_possible), {}};
  for (auto t = 0; t < 8784; ++t)
    p.slots.push_back(bench_hour(
        42 + 32 * std::cos(t * 6.2832 / 8784) + 9 * std::sin(t * 0.2618),
        80 + 60 * std::sin(t * 0.2618 * 2) + 50 * std::sin(t * 1.7) + 40 * std::sin(t * 0.0131)));
  CHECK(timed_usd(p, "a made-up year", 10) > 0);
  p.unserved_most = 10 * kwh;
  CHECK(timed_usd(p, "a made-up year, a little unserved", 10) > 0);
}

TEST_CASE("the least cost of the peer's 48 hours is found again") {
  const auto file = data("flo-scenario.json");
  if (!file) return;
  const auto peer = nlohmann::json::parse(std::ifstream{*file});
  const auto& load = peer["derived"]["load_kw_thermal"];
  const auto& cop = peer["derived"]["cop"];
  const auto& price = peer["prices_usd_per_mwh"]["total"];
  // Their coldest usable state is one hot layer over 23 at 100 °F, all above a state of 60.8 °F.
  const auto kwh_per_f = peer["storage"]["mass_kg"].get<double>() * 4.187 / 3600 / 1.8;
  const auto coldest_f = 60 + 20 / 24.0;
  const auto rest = 35.95;
  const auto most = (170 - coldest_f) * kwh_per_f - rest;
  const auto start = (140 - coldest_f) * kwh_per_f - rest;
  auto p = bound_problem{{}, 1h, {most * kwh, start * kwh, {}, rest * kwh, 0.005, {}}, {}};
  for (std::size_t t = 0; t < load.size(); ++t) {
    const auto best = cop[t].get<double>();
    p.slots.push_back({load[t].get<double>() * kwh, price[t].get<double>() * usd_per_mwh, best,
                       11 * best * kwh, 11 * kwh});
  }
  p.store.losses = loss_rule::at_slot_start;
  const auto as_published = timed_usd(p, "the peer's 48 hours, losses at slot start", 1);
  CHECK(as_published == doctest::Approx(25.56).epsilon(5e-4));
  p.store.losses = loss_rule::least_possible;
  const auto least = timed_usd(p, "the peer's 48 hours, least losses", 1);
  CHECK(least < as_published);
  CHECK(least > 0.98 * as_published);
}
