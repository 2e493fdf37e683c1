#pragma once

#include "layouts/layout.hpp"
#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <optional>
#include <string>

namespace date {
class time_zone;
}

namespace hearth {

/// What energy costs and when it is cheap: the layout's tariff and what the node published. Asked
/// in house time; what was published stays in UTC, so that no correction of the date moves it.
class tariff {
 public:
  /// An unknown time zone (the parser refuses those) counts as UTC.
  tariff(tariff_layout terms, const std::string& timezone);

  /// What the date is from now on.
  void redate(const dating& dates) { dates_ = dates; }
  /// False: nobody knows what time of day it is, and no hour is cheap.
  [[nodiscard]] bool dated() const { return dates_.known(); }

  /// Newer prices replace older ones as a whole. In UTC, as the node says them.
  void learn(const prices& published) { published_ = published; }

  /// Distribution price at `t`: the node's if published for `t`, else the layout's.
  [[nodiscard]] energy_price distribution(time_point t) const;
  /// Energy price at `t`; nothing if neither the layout nor the node says.
  [[nodiscard]] std::optional<energy_price> energy(time_point t) const;
  /// What a joule costs all in all; an unknown energy price counts as nothing known.
  [[nodiscard]] std::optional<energy_price> total(time_point t) const;

  /// Whether `t` is in the cheap part of the distribution tariff: below the middle between its
  /// lowest and highest price. Nothing for a flat tariff, where no hour is better than another, and
  /// while the date is unknown.
  [[nodiscard]] std::optional<bool> cheap(time_point t) const;

  /// Local time of day and date for people: "Mon 07:05".
  [[nodiscard]] std::string local_text(time_point t) const;

 private:
  [[nodiscard]] energy_price from_layout(time_point t) const;
  [[nodiscard]] std::optional<std::size_t> published_slot(time_point t) const;

  tariff_layout terms_;
  const date::time_zone* zone_ = nullptr;
  std::optional<prices> published_;
  dating dates_ = exact_dates;
};

}  // namespace hearth
