#pragma once

#include "actors/planner/price_committee.hpp"
#include "actors/tariff.hpp"
#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace hearth {

/// What electricity is expected to cost. The prices that are published are expectations for the
/// hours to come and the truth of the hour that is: how the one turns into the other is learned,
/// and what was learned corrects the next hours. Pure.
class price_outlook {
 public:
  price_outlook(const tariff_layout& terms, const std::string& timezone);

  void redate(const dating& dates);
  void learn(const prices& published, time_point now);

  /// What an hour costs all in all, from the hour that holds `now` on. Where nobody has said
  /// anything, as a day before; where nothing was ever said, `assumed_energy` and distribution.
  [[nodiscard]] std::vector<energy_price> ahead(time_point now, std::size_t hours) const;

 private:
  [[nodiscard]] std::vector<double> expected_spread(std::size_t first_hour,
                                                    std::size_t hours) const;

  tariff tariff_;
  dating dates_ = exact_dates;
  std::map<time_point, energy_price> told_ahead_;  ///< by the UTC hour that it is for
  std::optional<time_point> learned_until_;        ///< UTC hour
  price_committee committee_;
  std::size_t learned_ = 0;
  bool differs_ = false;  ///< what was told ahead was ever another than what it became
};

/// 0 to 23, of a time in UTC.
std::size_t hour_of_day(time_point utc);

/// For a house that knows only the price of distribution: energy in New England costs about this.
inline constexpr energy_price assumed_energy = 40 * usd_per_mwh;

}  // namespace hearth
