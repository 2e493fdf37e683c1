// Writes a history until it is killed, or for so many days, for tests.
//
// usage: history_writer FOLDER FIRST_SECOND DAYS
//
// Two channels by 10 s: "power", whose value is the slot's number since 1970 modulo 5000, absent in
// every ninth slot, and "tank", always 50.5. Prints the second up to which all is on disk after each
// block.

#include "actors/history/feed_store.hpp"
#include "drivers/ports/posix_history_files.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/prctl.h>
#include <csignal>

int main(int argc, char** argv) {
  using namespace hearth;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc != 4) return EXIT_FAILURE;
  auto second = std::atoll(argv[2]) / 10 * 10;
  const auto end = second + std::atoll(argv[3]) * 86'400;
  auto files = open_history_files(argv[1], history_access::write);
  const auto at = [](long long s) { return time_point{std::chrono::seconds{s}}; };
  auto store = files ? feed_store::open(std::move(*files), {}, at(second))
                     : tl::make_unexpected(files.error());
  if (!store) {
    std::fprintf(stderr, "%s\n", to_text(store.error()).c_str());
    return EXIT_FAILURE;
  }
  const auto power = (*store)->declare("power", "W"), tank = (*store)->declare("tank", "°C");
  for (; second < end; second += 10) {
    const auto slot = second / 10;
    if (slot % 9 != 0) (*store)->put(*power, at(second), static_cast<float>(slot % 5000));
    (*store)->put(*tank, at(second), 50.5F);
    if (slot % 30 != 0 && second + 10 < end) continue;
    const auto done = (*store)->distribute(at(second));
    if (!done) {
      std::fprintf(stderr, "%s\n", to_text(done.error()).c_str());
      return EXIT_FAILURE;
    }
    std::printf("%lld\n", second);
    std::fflush(stdout);
  }
  return EXIT_SUCCESS;
}
