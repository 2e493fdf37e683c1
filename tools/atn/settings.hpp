#pragma once

#include "actors/house_clock.hpp"
#include "drivers/mqtt_client.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace hearth::atn {

/// What the program answers to whoever started it. Told in `atn --help`.
enum exit_code : int {
  ok = 0,
  failed_to_reach = 1,  ///< no answer, no connection, or the memory cannot be used
  bad_usage = 2,
  refused = 3,  ///< the house refused; the reason stands on stderr
};

/// The options every command shares.
struct settings {
  std::string broker = "mqtt://127.0.0.1:1883";
  std::string ca, cert, key;
  bool plain_text = false;  ///< to a broker elsewhere, as asked for
  bool json = false;
  std::string log_level = "warning";
  std::string state_file;  ///< empty: the default place
  bool no_state = false;
  std::string clock_start;
  std::int64_t clock_anchor_unix_ms = 0;
  double clock_speed = 1;

  /// Made once everything is parsed.
  std::optional<house_clock> clock;
  [[nodiscard]] time_point now() const { return clock->now(); }
};

/// True once SIGINT or SIGTERM came.
bool stop_asked();
void watch_for_stop();

/// Prints one line and makes sure it is out, for whoever reads a pipe.
void print(const std::string& line);
/// "atn: …" on stderr; the way every command ends that cannot go on.
int complain(exit_code code, const std::string& text);

}  // namespace hearth::atn
