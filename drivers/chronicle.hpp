#pragma once

#include "protocol/fault.hpp"
#include "protocol/messages.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a house keeps of what was said, planned and decided, seen from the side of whoever writes:
/// calls return when they are done and may block for as long as a disk does. The SQLite
/// implementation is `ports/sqlite_chronicle.*`. All times are UTC.
namespace hearth {

/// One thing that was said, decided or planned. `data` is JSON, complete; the rest is for lists.
struct chronicle_item {
  std::uint64_t number = 0;  ///< ascending; to page by
  time_point at;
  std::string kind;  ///< "state", "event", "outcome", "contract", "plan", "lease"
  hearth::severity severity = hearth::severity::info;
  std::string
      subject;  ///< what it is about; of an event its kind and subject, "device-failed hp-meter"
  std::string text;  ///< one sentence
  std::string data;  ///< JSON
};
struct chronicle_query {
  time_point from, to;
  std::vector<std::string> kinds;  ///< empty: all
  hearth::severity at_least = hearth::severity::info;
  std::optional<std::uint64_t> before;  ///< a page's smallest number, for the next one
  std::size_t most = 100;
};
struct chronicle_page {
  std::vector<chronicle_item> items;  ///< newest first
  bool more = false;
};

/// How long what is kept, and how much of it. Beyond, the oldest goes.
struct chronicle_bounds {
  duration plans = std::chrono::hours{14 * 24};         ///< each; then one a day
  duration plan_of_day = std::chrono::hours{366 * 24};  ///< that one
  duration rest = std::chrono::hours{366 * 24};         ///< all but plans, warnings and alarms
  std::uint64_t items = 400'000;                        ///< of all kinds; some 200 MB
};

struct chronicle_totals {
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;    ///< on disk
  std::uint64_t written = 0;  ///< bytes, since it was opened
  std::optional<time_point> oldest;
};

class chronicle {
 public:
  virtual ~chronicle() = default;

  /// On disk when it returns: all of the items or none. Their `number` is not looked at: each gets
  /// the next one. A fault: nothing was kept.
  virtual result<void> keep(std::span<const chronicle_item> items) = 0;

  /// Newest first, `chronicle_limits::page` at most.
  virtual result<chronicle_page> read(const chronicle_query& asked) = 0;
  /// The newest of a kind that is no younger than `at`; an empty subject: of any.
  virtual result<std::optional<chronicle_item>> newest(std::string_view kind,
                                                       std::string_view subject, time_point at) = 0;
  /// Events and leases since the house began the last time before `at`, oldest first: what alarms
  /// were open follows from them. The newest `chronicle_limits::events` at most.
  virtual result<std::vector<chronicle_item>> events_until(time_point at) = 0;

  /// Lets go what is older or more than it may be.
  virtual result<void> trim(time_point now) = 0;
  [[nodiscard]] virtual chronicle_totals totals() const = 0;
};

namespace chronicle_limits {
/// Items of one answer. Beyond: asked for by the next page.
inline constexpr std::size_t page = 1000;
/// Looked through for the alarms that were open at a moment. Beyond: the oldest are not seen.
inline constexpr std::size_t events = 10'000;
/// Of one item, text and data. Beyond: the data are left away.
inline constexpr std::size_t item_bytes = 64 * 1024;
}  // namespace chronicle_limits

/// A chronicle that is ready, and what was met on the way to it.
struct opened_chronicle {
  std::unique_ptr<chronicle> store;
  /// Where a damaged one was put when a new one had to be begun.
  std::optional<std::string> put_aside;
  std::uint64_t saved = 0;  ///< items that could be read from the damaged one
};
/// Opens the house's chronicle; may be called again after it failed.
using chronicle_maker = std::function<result<opened_chronicle>()>;

}  // namespace hearth
