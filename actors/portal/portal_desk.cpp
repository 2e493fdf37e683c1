#include "actors/portal/portal_desk.hpp"

#include "protocol/hex.hpp"

namespace hearth {
namespace {

// What the store of accounts calls them.
constexpr auto kept_as = "household";
constexpr auto aside_as = "household-unread";
constexpr auto aside_since = "household-unread-at";

}  // namespace

bool portal_desk::keep_wishes(time_point now) {
  auto failure = take_up_kept(now);
  if (!failure) failure = put_aside(now);
  const auto text = wants.take_kept(now);
  if (!text) return true;
  if (!failure) failure = accounts->set_setting(kept_as, *text);
  if (!failure) {
    unkept_told = false;
    return true;
  }
  wants.was_not_kept();
  if (!std::exchange(unkept_told, true))
    words.push_back(
        {severity::warning, "page-unkept", view.house().site,
         "schedules and wishes stand, and a restart would forget them: " + to_text(*failure), now});
  return false;
}

std::optional<fault> portal_desk::take_up_kept(time_point now) {
  if (taken_up) return {};
  const auto kept = accounts->setting(kept_as);
  if (!kept) {
    if (!std::exchange(unread_told, true))
      words.push_back({severity::warning, "page-unread", view.house().site,
                       "schedules and wishes of before cannot be read, which is tried again; until "
                       "then the house goes by its layout: " +
                           to_text(kept.error()),
                       now});
    return kept.error();
  }
  taken_up = true;
  if (*kept && wants.take_up(**kept, now)) unread = **kept;
  return {};
}

std::optional<fault> portal_desk::put_aside(time_point now) {
  if (!unread) return {};
  const auto before = accounts->setting(aside_as);
  if (!before) return before.error();
  // A page before this one has told of it.
  if (*before != *unread) {
    const auto at = to_iso8601(view.dates().utc(now));
    if (auto failure = accounts->set_setting(aside_since, at)) return failure;
    if (auto failure = accounts->set_setting(aside_as, *unread)) return failure;
    words.push_back({severity::warning, "page-unread", view.house().site,
                     "schedules and wishes of before are damaged or were written by a newer scada: "
                     "they are put aside, as " +
                         std::string{aside_as} +
                         " among the page's settings, and the house goes by its layout until "
                         "somebody sets them anew",
                     now});
  }
  unread.reset();
  return {};
}

std::string portal_desk::new_id(std::string_view kind) const {
  return std::string{kind} + "-" + hex_of(random(8));
}

}  // namespace hearth
