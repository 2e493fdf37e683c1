#include "tests/actors/obedient_house.hpp"

#include <doctest/doctest.h>

#include <array>

// Whoever asks at one time, and whatever the house is like: who is in charge, and what follows, by
// the page that the operator reads (docs/operating/who-is-in-charge.md).

using namespace hearth;
using namespace hearth::testing;

namespace {

enum class held { nothing, on, off };
enum class store { normal, cold, full, hot };
using pressed = std::optional<grid_severity>;

struct situation {
  held by_admin;
  pressed shed_for, raise_for;
  bool contract;
  store is;
  bool critical_zone_cold;
};

struct answer {
  authority in_charge;
  std::optional<bool> heats;  ///< nothing: what local control says
};

/// The page, read aloud.
answer oracle(const situation& s) {
  const auto trouble = s.critical_zone_cold;
  const auto contract = s.contract && !trouble;
  if (s.by_admin != held::nothing) return {authority::admin, s.by_admin == held::on};
  const auto sheds = [&] {
    if (!s.shed_for) return false;
    if (*s.shed_for == grid_severity::emergency) return true;
    if (trouble) return false;
    return *s.shed_for == grid_severity::firm || (!contract && s.is != store::cold);
  };
  const auto raises = [&] {
    if (!s.raise_for || s.is == store::hot) return false;
    if (*s.raise_for == grid_severity::emergency) return true;
    return s.is != store::full && (*s.raise_for == grid_severity::firm || !contract);
  };
  if (sheds()) return {authority::grid, false};
  if (raises()) return {authority::grid, true};
  if (contract) return {authority::contract, true};
  return {authority::local, {}};
}

void paint(image& seen, const situation& s) {
  const auto layers = [&](double top, double mid, double bottom) {
    seen.degrees(at::top, top).degrees(at::mid, mid).degrees(at::bottom, bottom);
  };
  switch (s.is) {
  case store::normal: layers(55, 50, 45); break;
  case store::cold: layers(44, 42, 40); break;
  case store::full: layers(70, 68, 66); break;
  case store::hot: layers(74, 73, 72); break;
  }
  if (s.critical_zone_cold) seen.degrees(at::living, 19.3);
}

constexpr auto severities =
    std::array{pressed{}, pressed{grid_severity::gentle}, pressed{grid_severity::firm},
               pressed{grid_severity::emergency}};

}  // namespace

TEST_CASE("whoever asks and whatever the house is like, who is in charge is as the page says") {
  auto situations = 0;
  for (const auto by_admin : {held::nothing, held::on, held::off})
    for (const auto& shed_for : severities)
      for (const auto& raise_for : severities)
        for (const auto contract : {false, true})
          for (const auto is : {store::normal, store::cold, store::full, store::hot})
            for (const auto cold : {false, true}) {
              const auto s = situation{by_admin, shed_for, raise_for, contract, is, cold};
              auto h = obedient_house{};
              h.seen.be(noon);
              h.tick();
              paint(h.seen, s);
              // In turns from the lowest and from the highest rank: the order says nothing.
              const auto ask_all = [&](bool upwards) {
                const auto low = [&] {
                  if (contract) h.ask_contract("c", noon, 8 * kilowatt);
                };
                const auto high = [&] {
                  if (by_admin != held::nothing)
                    h.ask_hold("hp.enable", switched(by_admin == held::on), 1h);
                };
                upwards ? low() : high();
                if (shed_for) h.ask(request{authority::grid, shed{*shed_for}, 1h, ""});
                if (raise_for) h.ask(request{authority::grid, raise_load{*raise_for}, 1h, ""});
                upwards ? high() : low();
              };
              ask_all(situations++ % 2 == 0);
              h.seen.pass(1s);
              h.tick();
              // What a run had begun with meanwhile may have to go on for its minimum time.
              h.seen.pass(30min);
              h.tick();
              h.seen.pass(1s);
              h.tick();
              CAPTURE(static_cast<int>(by_admin));
              CAPTURE(static_cast<int>(shed_for.value_or(grid_severity{})));
              CAPTURE(static_cast<int>(raise_for.value_or(grid_severity{})));
              CAPTURE(contract);
              CAPTURE(static_cast<int>(is));
              CAPTURE(cold);
              const auto expected = oracle(s);
              // Half an hour of a contract for the nameplate is not over.
              CHECK(to_text(h.in_charge()) == to_text(expected.in_charge));
              if (expected.heats) CHECK(h.switches[at::enable] == *expected.heats);
            }
  CHECK(situations == 3 * 4 * 4 * 2 * 4 * 2);
}
