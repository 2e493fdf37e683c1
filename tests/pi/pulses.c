/* Makes pulses on a line of gpio-sim, at most at a pace:  pulses PULL-FILE COUNT HERTZ
 * Prints how many it made, in how long, and the longest it was late. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int pull = open(argv[1], O_WRONLY);
  const long count = atol(argv[2]);
  const long long half_ns = 500000000LL / atol(argv[3]);
  const long long begun = now_ns();
  long long due = begun, latest = 0;
  if (pull < 0) return 1;
  /* As from a real sensor, edges are never closer than that, however late this program runs. */
  for (long i = 0; i < 2 * count; ++i, due = now_ns() > due + half_ns ? now_ns() : due + half_ns) {
    const struct timespec at = {due / 1000000000LL, due % 1000000000LL};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    if (now_ns() - due > latest) latest = now_ns() - due;
    if (i % 2 == 0 ? pwrite(pull, "pull-up", 7, 0) != 7 : pwrite(pull, "pull-down", 9, 0) != 9) return 1;
  }
  printf("%ld pulses in %.3f s, at most %.1f ms late\n", count, (now_ns() - begun) / 1e9, latest / 1e6);
  return 0;
}
