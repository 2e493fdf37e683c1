#pragma once

namespace hearth {

/// What systemd is told of this program, where it runs as a service of Type=notify; elsewhere
/// nobody listens and nothing happens. Never blocks, never throws; from any thread.
class service_manager {
 public:
  /// Control ticks: the first time this is "ready", every time it feeds the watchdog.
  static void beat();
  static void stopping();
};

}  // namespace hearth
