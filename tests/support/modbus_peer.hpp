#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace hearth::testing {

/// A Modbus TCP server that is not ours (pymodbus), in a process of its own. Registers are given as
/// "input:0x0000=17254,13107"; "unit=7" makes it answer as that unit only, "registers=65536" gives
/// each table more than 256 of them.
class modbus_peer {
 public:
  explicit modbus_peer(std::vector<std::string> registers);
  ~modbus_peer();
  modbus_peer(const modbus_peer&) = delete;
  modbus_peer& operator=(const modbus_peer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  void kill();    ///< at once, as a power cut would
  void start();   ///< again, on the same port
  void freeze();  ///< it keeps its connections and says nothing
  void thaw();

 private:
  std::vector<std::string> registers_;
  int port_ = 0;       ///< zero: whichever is free at the first start
  pid_t process_ = 0;  ///< zero: none
  int leash_ = 0;      ///< its standard input; when this closes, it ends
};

}  // namespace hearth::testing
