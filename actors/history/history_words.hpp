#pragma once

#include "drivers/chronicle.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the history is asked and what it answers, besides the chronicle's own words. All times are
/// UTC; nothing here touches a disk.
namespace hearth {

/// What becomes of the values that fall into one bucket. Absent values count for nothing.
enum class fold : unsigned char {
  average,
  lowest,
  highest,
  /// Over time, in unit · hour: Wh of W, USD of USD/h; absence adds nothing. Of a counter of energy
  /// what it rose by, in its own unit.
  integral,
};

/// Into which buckets. Days and months are those of the house's time zone, so a day may have 23 or
/// 25 hours.
enum class bucket : unsigned char { interval, day, month };

struct history_query {
  std::vector<std::string> channels;  ///< by name; unknown ones are left out of the answer
  time_point from, to;
  bucket by = bucket::interval;
  /// Of one bucket; zero: whatever makes `points` of the window, and no less than a feed has.
  duration interval{};
  std::size_t points = 1000;
  fold how = fold::average;
};

struct history_series {
  std::string channel;
  std::string unit;                          ///< "W", "°C", "USD/h"; "Wh" of an integral
  std::vector<time_point> starts;            ///< of each bucket
  std::vector<std::optional<float>> values;  ///< as many; absent where nothing was measured
  std::vector<float> measured{};             ///< as many: the part of the bucket that was, 0 to 1
};
struct history_answer {
  std::vector<history_series> series;
  duration interval{};  ///< of the buckets; zero for days and months
};

/// What the controller knew at one second of the past.
struct moment_query {
  time_point at;
};
struct moment_answer {
  time_point at;
  duration resolution{};                               ///< of the values: coarser the older
  std::map<std::string, std::optional<float>> values;  ///< by channel, derived ones among them
  std::optional<chronicle_item> state;                 ///< who was in charge
  std::optional<chronicle_item> plan;                  ///< the newest plan then
  std::vector<chronicle_item> open_alarms;             ///< raised and not yet over
};

/// Money of one day or month, or of any bucket, by the prices that held.
struct money_query {
  time_point from, to;
  bucket by = bucket::day;
  duration interval{};  ///< with bucket::interval
};
/// The house beside a thermostat, over the same slots: those in which power, price, the thermostat
/// and what the stores are worth were known.
struct money_compared {
  std::uint32_t slots = 0;
  energy used, thermostat_used;
  money cost, thermostat;
};
/// What was lost counts for nothing, and how much that is stands beside it.
struct money_row {
  time_point start, end;
  std::optional<energy> used;  ///< by the heat pump; absent: nothing is known of it
  std::optional<money> cost;   ///< of what was measured while the price was known; absent: nothing
  std::optional<money_compared> compared;  ///< absent: not reckoned
  std::uint32_t slots = 0;                 ///< quarter hours that are over, or hours: money.md
  std::uint32_t unknown = 0;               ///< of them: power or price was lost
  double covered = 0;  ///< part of the time so far in which power and price were known
};
struct money_answer {
  std::vector<money_row> rows;
  money_row total;  ///< of all rows, as one row of their length would be
};

/// How the history itself fares.
struct history_status {
  bool recording = false;
  std::string problem;  ///< one sentence, empty while all is well
  std::uint64_t feeds = 0;
  std::uint64_t bytes = 0;          ///< on disk
  std::uint64_t written_today = 0;  ///< bytes, since UTC midnight or the start
  std::optional<time_point> oldest;
  std::uint64_t waiting = 0;  ///< values not yet on disk
};

}  // namespace hearth
