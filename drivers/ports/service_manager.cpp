#include "drivers/ports/service_manager.hpp"

#include <systemd/sd-daemon.h>

namespace hearth {

void service_manager::beat() { ::sd_notify(0, "READY=1\nSTATUS=control ticks\nWATCHDOG=1"); }

void service_manager::stopping() {
  ::sd_notify(0, "STOPPING=1\nSTATUS=making every actuator safe");
}

}  // namespace hearth
