#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"
#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace hearth {

/// Turns snapshots into what the node is told of them. Pure.
class report_builder {
 public:
  report_builder(std::shared_ptr<const layout> house, time_point now);

  /// Everything due after this snapshot: power at once when it moved, every 30 s a picture or what
  /// moved since the last, the report of a slot when the slot is over, and an event when a
  /// channel's quality changed.
  std::vector<body> take(const snapshot& now);

  /// What the date is from now on. A slot that a jump of the date cuts is reported as it stands.
  std::vector<body> redate(const dating& dates, time_point now);

  /// What was sampled since the last draft of this slot, for the journal: all drafts of a slot are
  /// what a power cut leaves of its report (`merge`).
  std::optional<report> take_draft();

  /// A full picture, for whoever asks; what is told afterwards amends it.
  [[nodiscard]] std::optional<snapshot_report> last_snapshot();
  [[nodiscard]] layout_report describe() const;

 private:
  struct sampled {
    std::optional<point> last;           ///< the latest sample taken
    std::optional<point> seen;           ///< the latest that was considered; each is once
    std::optional<double> told_power_w;  ///< the latest power update
    time_point told_power_at;
    std::optional<quality> told_quality;
    int quality_changes = 0;  ///< told in this slot
    std::vector<sample> samples;
    std::size_t drafted = 0;  ///< samples that a draft holds
    std::int64_t number = 0;  ///< of the last value, in told steps
    bool exact = false;       ///< a value fits no steps: the series goes as doubles
    int told_exponent = 0;    ///< values are told in steps of 10^this
    double noticeable = 0;    ///< a live picture shows a change of this much
  };

  /// Ends the slot before the one of `now`; what was measured in it still goes into its report.
  void change_slot(const snapshot& now, std::vector<body>& out);
  void sample_channel(channel_id c, const point& p, time_point now);
  void keep(channel_id c, const point& p);
  void tell_power(channel_id c, const point& p, time_point now, std::vector<body>& out);
  void tell_quality(channel_id c, const point& p, time_point now, std::vector<body>& out);
  report finish_slot(time_point end, std::vector<body>& out);
  [[nodiscard]] double as_told(channel_id c, double amount) const;
  [[nodiscard]] result<measured> told_value(channel_id c, const point& p) const;
  [[nodiscard]] time_point told_time(const point& p) const;
  [[nodiscard]] snapshot_report full_picture() const;
  [[nodiscard]] snapshot_report amendment();
  /// What a picture has told moves anew from there.
  void note_told(std::size_t channel, const point& p);
  void tell_picture(std::vector<body>& out);

  std::shared_ptr<const layout> house_;
  std::vector<sampled> channels_;
  std::optional<snapshot> last_;
  time_point started_;
  dating dates_ = exact_dates;
  time_point slot_;                      ///< aligned in UTC
  std::optional<snapshot_report> base_;  ///< the last full picture told
  std::vector<point> told_;              ///< each channel when a picture last told it
  time_point told_at_;                   ///< the last picture, full or not
  std::set<time_point> times_;           ///< of the samples in the report being written
  std::size_t held_ = 0;                 ///< what they count together (`room_of`)
  std::size_t bytes_ = 0;                ///< what they weigh at most
  std::size_t dropped_ = 0;              ///< samples of its slot that found no room
};

/// One report from the drafts of one slot, oldest first.
report merge(std::vector<report> drafts);

}  // namespace hearth
