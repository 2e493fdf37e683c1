#include "drivers/driver.hpp"

namespace hearth {

void port::listen(std::vector<std::string>, std::function<void(bus_message)>) {}

std::vector<reading> driver::heard(const bus_message&, time_point) { return {}; }

}  // namespace hearth
