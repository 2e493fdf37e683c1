#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// SG-Ready input of a heat pump (Bundesverband Wärmepumpe, SG Ready label 1.1): two contacts, four
/// operating states. 1 (on, off): locked by the utility; 2 (off, off): normal; 3 (off, on): told
/// that more heat is welcome; 4 (on, on): told to start. Made safe it is 2, the heat pump's own
/// control.
model sg_ready_model();

}  // namespace hearth
