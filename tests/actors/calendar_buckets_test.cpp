#include "actors/history/calendar_buckets.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

time_point utc(std::string_view text) { return *from_iso8601(text); }

}  // namespace

TEST_CASE("days and months of a window are whole ones, so the first may begin before it") {
  const auto maine = std::string{"America/New_York"};
  const auto from = utc("2026-01-15T12:00:00Z");
  CHECK(calendar_edges(from, from + 24h, bucket::day, maine) ==
        bucket_edges{utc("2026-01-15T05:00:00Z"), utc("2026-01-16T05:00:00Z"),
                     utc("2026-01-17T05:00:00Z")});
  CHECK(calendar_edges(from, from + 1h, bucket::month, maine) ==
        bucket_edges{utc("2026-01-01T05:00:00Z"), utc("2026-02-01T05:00:00Z")});
  // A window that ends with a day has no bucket of the next one.
  CHECK(calendar_edges(from, utc("2026-01-16T05:00:00Z"), bucket::day, maine).size() == 2);
  CHECK(calendar_edges(from, from, bucket::day, maine).empty());
}

TEST_CASE("a day on which the clock is set has 23 or 25 hours") {
  const auto length = [](const char* noon) {
    const auto edges = calendar_edges(utc(noon), utc(noon) + 1min, bucket::day, "America/New_York");
    REQUIRE(edges.size() == 2);
    return edges[1] - edges[0];
  };
  CHECK(length("2026-03-08T17:00:00Z") == 23h);
  CHECK(length("2026-11-01T17:00:00Z") == 25h);
  CHECK(length("2026-06-01T17:00:00Z") == 24h);
}

TEST_CASE("a day that a zone left out has no bucket") {
  // Samoa went from the 29th to the 31st.
  const auto edges = calendar_edges(utc("2011-12-29T12:00:00Z"), utc("2012-01-01T00:00:00Z"),
                                    bucket::day, "Pacific/Apia");
  CHECK(edges == bucket_edges{utc("2011-12-29T10:00:00Z"), utc("2011-12-30T10:00:00Z"),
                              utc("2011-12-31T10:00:00Z"), utc("2012-01-01T10:00:00Z")});
}

TEST_CASE("a zone that nobody knows counts as UTC") {
  for (const auto* zone : {"", "No/Where"})
    CHECK(calendar_edges(utc("2026-01-15T12:00:00Z"), utc("2026-01-15T13:00:00Z"), bucket::day,
                         zone) ==
          bucket_edges{utc("2026-01-15T00:00:00Z"), utc("2026-01-16T00:00:00Z")});
}

TEST_CASE("even buckets are counted from 1970, wherever the window begins") {
  const auto t = utc("2026-01-15T12:07:00Z");
  CHECK(even_edges(t, t + 10min, 15min) == bucket_edges{utc("2026-01-15T12:00:00Z"),
                                                        utc("2026-01-15T12:15:00Z"),
                                                        utc("2026-01-15T12:30:00Z")});
  CHECK(even_edges(time_point{-1min}, time_point{}, 15min) ==
        bucket_edges{time_point{-15min}, time_point{}});
  CHECK(even_edges(t, t, 15min).empty());
  CHECK(even_edges(t, t + 1h, duration{}).empty());
}
