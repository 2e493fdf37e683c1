#include "drivers/ports/kernel_clock.hpp"

#include <cerrno>
#include <cstring>
#include <sys/timex.h>

namespace hearth {
namespace {

/// The kernel lets the error it admits grow by 500 ppm since the last correction and stops at 16 s;
/// setting the clock by hand puts it there at once. Its flag STA_UNSYNC says less: some daemons
/// keep it set only to keep the kernel's hands off a hardware clock.
constexpr long most_error_us = 16'000'000;

result<clock_sample> read_kernel_clock() {
  auto state = timex{};
  if (ntp_adjtime(&state) < 0)
    return failed(fault_code::io,
                  std::string{"cannot ask for the state of the clock: "} + std::strerror(errno));
  const auto fraction = state.time.tv_usec;
  const auto milliseconds = (state.status & STA_NANO) != 0 ? fraction / 1'000'000 : fraction / 1000;
  return clock_sample{time_point{std::chrono::seconds{state.time.tv_sec}} + duration{milliseconds},
                      state.maxerror < most_error_us};
}

}  // namespace

clock_source kernel_clock() { return read_kernel_clock; }

}  // namespace hearth
