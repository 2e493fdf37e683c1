#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// OpenEnergyMonitor's emonTx and emonPi as emonHub tells them to the house's broker, one number
/// per topic: emon/NODE/power1. emonHub names and scales them by its configuration; the names are
/// those of its node decoders, in either of the two spellings that firmware uses.
///
/// Topics: emonHub, MQTT interfacer, "Node variable format". Names and units: the decoders in
/// emonpi.default.emonhub.conf (power1, vrms, temp1, pulse) and in the sources of the emonTx3 and
/// emonTx4 continuous monitoring firmware (P1, E1, Vrms, T1, pulse).
model emontx_model();

}  // namespace hearth
