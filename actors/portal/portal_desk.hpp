#pragma once

#include "actors/portal/guard.hpp"
#include "actors/portal/house_view.hpp"
#include "actors/portal/household_book.hpp"
#include "actors/portal/replies.hpp"
#include "drivers/accounts.hpp"
#include "drivers/bus_load.hpp"
#include "drivers/web.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// How the program around the page fares, as its shell knows it.
struct program_figures {
  web_traffic page;
  std::uint64_t rss_bytes = 0;
  time_point started;  ///< UTC
};

/// What the routes of the page work on.
struct portal_desk {
  portal_desk(const std::shared_ptr<const layout>& house, guard keeper,
              std::shared_ptr<account_store> kept_in,
              std::function<std::string(std::size_t)> random_bytes,
              std::function<result<std::string>()> whose_word = {})
      : view{house},
        wants{house},
        door{std::move(keeper)},
        accounts{std::move(kept_in)},
        random{std::move(random_bytes)},
        authority{std::move(whose_word)} {
    for (std::uint16_t i = 0; i < house->buses.size(); ++i)
      if (const auto load = poll_load(*house, bus_id{i})) loads[i] = load->share;
  }

  /// Keeps what the household wants, if that has changed, once what was kept before is taken up.
  /// False: it could not be kept, and goes on in memory.
  bool keep_wishes(time_point now);
  /// Remembers who asked for a hold. Bounded: beyond `holds_remembered` all are forgotten.
  void hold_by(const std::string& id, const std::string& who) {
    if (held_by.size() >= holds_remembered) held_by.clear();
    held_by[id] = who;
  }
  static constexpr std::size_t holds_remembered = 256;
  /// Why nothing new may be kept yet; nothing: it may.
  std::optional<fault> take_up_kept(time_point now);
  std::optional<fault> put_aside(time_point now);
  /// Unique for ever.
  [[nodiscard]] std::string new_id(std::string_view kind) const;

  house_view view;
  household_book wants;
  guard door;
  std::shared_ptr<account_store> accounts;
  std::function<std::string(std::size_t)> random;
  /// The certificate of who vouches for the page's (PEM); null: the page has none.
  std::function<result<std::string>()> authority;
  std::map<std::size_t, double> loads;  ///< of serial lines, by bus
  program_figures figures;
  std::map<std::string, std::string> held_by;  ///< who asked for a hold, by its id
  std::vector<event> words;                    ///< to be said
  bool unkept_told = false;
  bool unread_told = false;
  bool taken_up = false;              ///< what was kept before has been read
  std::optional<std::string> unread;  ///< and made no sense: to be put aside
  bool look_at_standing = false;      ///< it has just changed
};

/// One request of somebody who may make it.
struct visit {
  const web_request& asked;
  signed_in who;
  std::string place;  ///< what stands for the part in braces
  time_point now;     ///< house time
  time_point people;  ///< UTC, of the world in which people live
};

struct route {
  std::string_view method;
  std::string_view path;                       ///< with at most one part in braces
  std::optional<role> least;                   ///< who may; absent: anybody
  reply (*serve)(portal_desk&, const visit&);  ///< null: the guard answers it
  std::string_view what;                       ///< one sentence
};
/// All there are, besides the pages.
std::span<const route> routes();

struct found_route {
  const route* where;
  std::string place;
};
/// Nothing: no route has this path. A route of another method: `where` is null.
std::optional<found_route> find_route(std::string_view method, std::string_view path);

// What each route does.
reply serve_house(portal_desk& desk, const visit& v);
reply serve_now(portal_desk& desk, const visit& v);
reply serve_live(portal_desk& desk, const visit& v);
reply serve_plan(portal_desk& desk, const visit& v);
reply serve_history(portal_desk& desk, const visit& v);
reply serve_history_csv(portal_desk& desk, const visit& v);
reply serve_chronicle(portal_desk& desk, const visit& v);
reply serve_moment(portal_desk& desk, const visit& v);
reply serve_money(portal_desk& desk, const visit& v);
reply serve_control(portal_desk& desk, const visit& v);
reply serve_new_lease(portal_desk& desk, const visit& v);
reply serve_end_lease(portal_desk& desk, const visit& v);
reply serve_schedule(portal_desk& desk, const visit& v);
reply serve_alarms(portal_desk& desk, const visit& v);
reply serve_acknowledge(portal_desk& desk, const visit& v);
reply serve_devices(portal_desk& desk, const visit& v);
reply serve_openapi(portal_desk& desk, const visit& v);
reply serve_metrics(portal_desk& desk, const visit& v);
reply serve_health(portal_desk& desk, const visit& v);
reply serve_authority(portal_desk& desk, const visit& v);

}  // namespace hearth
