#pragma once

#include "protocol/messages.hpp"

#include <string>
#include <utility>
#include <vector>

/// One good message of every kind, used by the codec's tests and, as golden files, by the
/// Python client's.
namespace hearth::testing {

using namespace std::chrono_literals;

inline constexpr time_point january = std::chrono::sys_days{std::chrono::year{2020} / 1 / 15};

inline envelope wrap(hearth::body content, std::uint64_t sequence = 7) {
  const auto boot = std::string{"b5"};
  return {"maple-12",      boot, sequence,          boot + "-" + std::to_string(sequence),
          january + 250ms, "",   std::move(content)};
}

inline standing a_standing() {
  auto s = standing{january, celsius(48.5), celsius(61), true, 25min, celsius(-8.25), {}, {}};
  s.model.heat_j_per_k = 1500 * watt_hour.si();
  s.model.curve = {{celsius(-20), celsius(55)}, {celsius(15), celsius(30)}};
  s.model.drained = 0.25;
  s.model.full = celsius(68);
  s.model.surroundings = celsius(16);
  s.model.loss_per_hour = 0.005;
  s.model.of_little_use = 15 * kelvin;
  s.model.cop = {{celsius(-15), celsius(45), 2.1}, {celsius(7), celsius(45), 3.5}};
  s.model.cop_factor = 0.96;
  s.model.cop_factor_per_k = -0.004;
  s.model.leaving_beyond = 5 * kelvin;
  s.model.electric = 3600 * watt;
  s.model.electric_w_per_outdoor_k = -20;
  s.model.electric_w_per_store_k = 32;
  s.model.electric_most = 5500 * watt;
  s.model.warm_up = 10min;
  s.model.warm_up_part = 0.6;
  s.model.min_on = 20min;
  s.model.min_off = 10min;
  s.model.start_lag = 13s;
  s.model.start_cost = 0.05 * us_dollar;
  s.model.load = 3000 * watt;
  s.model.load_w_per_outdoor_k = -150;
  s.usual_beyond.resize(24);
  s.usual_beyond[7] = 250 * watt;
  return s;
}

inline contract_report a_settled_report() {
  auto r = contract_report{"c-16",           contract_status::completed, "",
                           3000 * watt_hour, 2987 * watt_hour,           january + 1h};
  r.settled = settlement{"b1", 42, january, 1h, 96.5 * usd_per_mwh, 3s, std::string(32, '\x5a')};
  return r;
}

/// Name of the golden file and the content.
inline std::vector<std::pair<std::string, body>> examples() {
  const auto silent = tl::make_unexpected(fault{fault_code::timeout, "no answer within 500 ms"});
  return {
      {"birth", birth{true, "9f86d081", "0.1.0"}},
      {"report",
       report{january,
              5min,
              {{"hp.power", unit::watt, {{january + 10s, 2300.5}, {january + 20s, silent}}},
               {"tank1.top", unit::celsius, {{january + 15s, 48.25}}}}}},
      {"power", power_update{"hp.power", 2300.5 * watt, january + 10s}},
      {"snapshot",
       snapshot_report{january + 30s,
                       {{"hp.power", measured{2300.5, unit::watt}, quality::good, january + 10s},
                        {"hp.enable", switched(false), quality::stale, january - 60s},
                        {"tank1.top", silent, quality::fault, january + 20s},
                        {"tank1.mid",
                         tl::make_unexpected(fault{fault_code::not_ready, "not heard since start"}),
                         quality::never,
                         {}}}}},
      {"snapshot_amendment",
       snapshot_report{january + 60s,
                       {},
                       january + 30s,
                       {{1, switched(true), quality::good, january + 55s},
                        {3, measured{0.1 + 0.2, unit::celsius}, quality::good, january + 59s}},
                       30s}},
      {"state", state_report{authority::contract, "tariff-timer", "Contract c-17 asks for 3 kW.",
                             "c-17", january}},
      {"event", event{severity::alarm, "device-failed", "hp-meter", "5 restarts within 60 s – café",
                      january + 1s}},
      {"outcome", outcome{"node-9", false, "'hp.power' is no actuator"}},
      {"contract_report",
       contract_report{"c-17", contract_status::given_up, "living is 0.7 K short", 3000 * watt_hour,
                       512 * watt_hour, january + 10min}},
      {"contract_report_settled", a_settled_report()},
      {"layout", layout_report{"9f86d081",
                               {{"hp.power", unit::watt, "hp-meter", "eastron-sdm120", false, 30s},
                                {"hp.enable", unit::on_off, "hp-relay", "gpio-relay", true}}}},
      {"loss", loss{{"b4", 17, 19}, "The journal was full: 3 reports went.", january + 2min}},
      {"backlog", backlog{7, 288, 1'200'000, january - 24h, "boot-1.2"}},
      {"standing", a_standing()},
      {"heartbeat", heartbeat{"c-17"}},
      {"ack", ack{"b5-6", {"b5-7", "b4-17"}}},
      {"nack", nack{"node-9", nack_reason::stale, "sent 6 min ago"}},
      {"contract", contract{"c-17", january, 1h, 3000 * watt}},
      {"contract_priced", contract{"c-18", january + 1h, 1h, 0 * watt, -12.5 * usd_per_mwh}},
      {"withdrawal", withdrawal{"c-17", "the market was cancelled"}},
      {"prices", prices{january,
                        1h,
                        {-150 * usd_per_mwh, 24.5 * usd_per_mwh},
                        {50 * usd_per_mwh, 390 * usd_per_mwh}}},
      {"weather", weather{january, 1h, {celsius(-12.5), celsius(0)}}},
      {"request_hold", request{authority::admin, hold{"hp.enable", switched(true)}, 5min, "test"}},
      {"request_shed", request{authority::grid, shed{}, 0s, "peak"}},
      {"request_raise", request{authority::grid, raise_load{grid_severity::gentle}, 1h,
                                "too much sun", january + 2h}},
      {"request_limit", request{authority::grid, power_limit{4200 * watt, 2000 * watt, 30min}, 4h,
                                "a cable is hot"}},
      {"request_outage", request{authority::grid, outage{}, 6h, "ice on the lines", january + 24h}},
      {"request_keep_alive", request{authority::admin, keep_alive{}, 0s, ""}},
      {"request_release", request{authority::admin, release{}, 0s, ""}},
      {"query", query{query_subject::layout}},
      {"resend", resend{{{"b4", 17, 19}, {"b5", 1, 1}}}},
  };
}

}  // namespace hearth::testing
