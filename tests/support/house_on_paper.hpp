#pragma once

#include "drivers/mqtt_client.hpp"
#include "protocol/codec.hpp"
#include "protocol/messages.hpp"
#include "protocol/topics.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace hearth::testing {

/// What one start of a house says, numbered as the wire wants it: journaled messages from 1 without
/// a gap, live ones 0.
class house_on_paper {
 public:
  explicit house_on_paper(std::string boot, time_point now, std::string site = "maple-12")
      : boot_{std::move(boot)}, site_{std::move(site)}, now_{now} {}

  /// The next message. `follows` of a boot's first one: id of the last before it.
  envelope says(body b, std::string follows = {}) {
    const auto kept = is_journaled(b);
    const auto sequence = kept ? ++made_ : 0;
    auto id =
        kept ? boot_ + "-" + std::to_string(sequence) : boot_ + "-live-" + std::to_string(++live_);
    return {site_, boot_, sequence, std::move(id), now_, "", std::move(b), std::move(follows)};
  }
  envelope event_of(std::string text) {
    return says(event{severity::info, "kind", "subject", std::move(text), now_});
  }
  /// Half an hour of 2 kW, one of 1 kWh.
  envelope report_of_a_kwh() {
    return says(
        report{now_, std::chrono::minutes{30}, {{"hp.power", unit::watt, {{now_, 2000.0}}}}});
  }
  envelope is_born(std::string layout_hash = "hash") {
    return says(birth{true, std::move(layout_hash), "0.1"});
  }
  envelope tells_backlog(std::uint64_t waiting = 0) {
    return says(backlog{made_, waiting, waiting * 100, {}, {}});
  }
  void pass(duration d) { now_ += d; }
  [[nodiscard]] std::string last_id() const { return boot_ + "-" + std::to_string(made_); }

 private:
  std::string boot_, site_;
  time_point now_;
  std::uint64_t made_ = 0, live_ = 0;
};

/// As it comes from the broker.
inline mqtt_message packed(const envelope& e) {
  const auto is_birth = std::holds_alternative<birth>(e.body);
  return {is_birth ? birth_topic(e.site) : up_topic(e.site, kind_of(e.body)), encode(e)};
}

}  // namespace hearth::testing
