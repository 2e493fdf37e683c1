#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/portal/certificate_watch.hpp"
#include "actors/portal/portal.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace hearth {

/// What a page is made of besides its house: the ends that touch the world. May be called on the
/// portal's own thread, which may block.
struct portal_parts {
  web_server_maker serve;  ///< null: no page
  std::function<result<opened_accounts>()> open_accounts;
  password_hashing hashing;
  std::function<std::string(std::size_t)> random_bytes;  ///< unpredictable
  std::span<const page_file> pages;
  /// Where the page is now, and the code that makes the first account while there is none.
  std::function<void(const std::string& address, const std::optional<std::string>& claim)> show;
  std::function<std::uint64_t()> rss_bytes;  ///< memory that the program takes; null: not said
  web_bounds bounds = {};
  /// Host names that the page is reached by, besides those every page has; null: none. Of the
  /// certificate in this file, or of a page without one.
  std::function<std::vector<std::string>(const std::string& cert)> names = {};
  /// The certificate (PEM) of the authority that vouches for the one in this file; null: not told.
  std::function<result<std::string>(const std::string& cert)> authority = {};
  /// A password takes a while to check: it has a thread of its own, not those of control.
  bool blocks = true;
};

struct portal_state {
  portal_state() = default;
  static inline const char* name = "portal";

  /// Opens accounts and server, whichever is still closed; what is in the way is said once.
  void open();
  bool open_accounts();
  void listen();
  /// From the folder of the layout.
  [[nodiscard]] std::string path_of(const std::string& file) const;
  [[nodiscard]] std::vector<std::string> names() const;
  void complain(const std::string& kind, const std::string& why);
  void answer(const web_request& asked);
  void tick();
  /// Says, sends and tells what has come of the last step.
  void carry();
  void look_at_standing();
  void wait_for_past();
  /// Says how the page's certificate fares, and answers under the names of a new one.
  void look_at_certificate();
  void remember_alarms();
  /// UTC, as people live it who may look at a house that lives faster.
  [[nodiscard]] time_point people() const;

  portal_actor::pointer self = nullptr;
  house_context context{{}, house_clock::real()};
  house_clock world = house_clock::real();
  portal_parts parts;
  std::optional<roads> peers;
  dating dates = {};
  std::optional<portal> mind;
  std::unique_ptr<web_server> server;
  certificate_watch certificate;
  std::string named_by;       ///< the certificate whose names are known
  std::size_t under_way = 0;  ///< questions to others
  bool past_hangs = false;    ///< the history has left a question without an answer
  bool date_told = false;     ///< somebody has said what the date is, or that nobody knows
  bool remembers = false;     ///< the alarms from before it, or has asked for them
  std::string complaint;      ///< told already
  std::optional<time_point> try_again;
  std::string shown;  ///< address and claim code
  std::uint64_t requests_seen = 0;
  std::uint64_t ticks = 0;
  time_point started;
  bool leaving = false;
};

portal_actor::behavior_type portal_of(portal_actor::stateful_pointer<portal_state> self,
                                      house_context context, portal_parts parts);

}  // namespace hearth
