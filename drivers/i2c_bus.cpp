#include "drivers/i2c_bus.hpp"

namespace hearth {

bus_spec i2c_bus() {
  return {.kind = i2c_kind,
          .title = "I2C adapter of this computer",
          .options = {{.key = "device",
                       .kind = option_kind::text,
                       .help = "the adapter; a Pi's pins 3 and 5 are /dev/i2c-1",
                       .fallback = "/dev/i2c-1"}}};
}

option_spec i2c_address_option(int lowest, int highest) {
  return {.key = "address",
          .kind = option_kind::integer,
          .help = "as set by the chip's address pins, such as 0x48; i2cdetect lists who answers",
          .required = true,
          .lowest = lowest,
          .highest = highest,
          .owned = true};
}

}  // namespace hearth
