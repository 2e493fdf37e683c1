#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"
#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace hearth {

/// Turns snapshots into what the node is told of them. Pure.
class report_builder {
 public:
  report_builder(std::shared_ptr<const layout> house, time_point now);

  /// Everything due after this snapshot: power at once when it moved, a snapshot every 30 s, the
  /// report of a slot when the slot is over, and an event when a channel's quality changed.
  std::vector<body> take(const snapshot& now);

  /// What the date is from now on. A slot that a jump of the date cuts is reported as it stands.
  std::vector<body> redate(const dating& dates, time_point now);

  [[nodiscard]] std::optional<snapshot_report> last_snapshot() const;
  [[nodiscard]] layout_report describe() const;

 private:
  struct sampled {
    std::optional<point> last;           ///< the latest sample taken
    std::optional<point> seen;           ///< the latest that was considered; each is once
    std::optional<double> told_power_w;  ///< the latest power update
    std::optional<quality> told_quality;
    std::vector<sample> samples;
  };

  /// Ends the slot before the one of `now`; what was measured in it still goes into its report.
  void change_slot(const snapshot& now, std::vector<body>& out);
  void sample_channel(channel_id c, const point& p, time_point now);
  void tell_power(channel_id c, const point& p, std::vector<body>& out);
  void tell_quality(channel_id c, const point& p, time_point now, std::vector<body>& out);
  report finish_slot(time_point end, std::vector<body>& out);

  std::shared_ptr<const layout> house_;
  std::vector<sampled> channels_;
  std::optional<snapshot> last_;
  time_point started_;
  dating dates_ = exact_dates;
  time_point slot_;  ///< aligned in UTC
  std::optional<time_point> snapshot_told_;
  std::size_t held_ = 0;     ///< room taken in the report being written
  std::size_t dropped_ = 0;  ///< samples of its slot that found none
};

}  // namespace hearth
