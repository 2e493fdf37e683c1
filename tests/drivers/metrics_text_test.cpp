#include "drivers/ports/metrics_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace hearth;

TEST_CASE("metrics are written as Prometheus reads them") {
  const auto text = metrics_text({{"hearth_channel_value",
                                   "The value of a channel in its unit.",
                                   metric_kind::gauge,
                                   {{{{"channel", "outdoor"}, {"unit", "C"}}, -3.25},
                                    {{{"channel", "house power"}, {"unit", "W"}}, 12345.0}}},
                                  {"hearth_portal_requests_total",
                                   "Requests since the start.",
                                   metric_kind::counter,
                                   {{{}, 7}}}});
  CHECK(text ==
        "# HELP hearth_channel_value The value of a channel in its unit.\n"
        "# TYPE hearth_channel_value gauge\n"
        "hearth_channel_value{channel=\"outdoor\",unit=\"C\"} -3.25\n"
        "hearth_channel_value{channel=\"house power\",unit=\"W\"} 12345\n"
        "# HELP hearth_portal_requests_total Requests since the start.\n"
        "# TYPE hearth_portal_requests_total counter\n"
        "hearth_portal_requests_total 7\n");
}

TEST_CASE("whatever a layout calls a channel stays within its label") {
  const auto text = metrics_text(
      {{"m", "h", metric_kind::gauge, {{{{"channel", "a\"} 1\nevil{x=\"\\ \xFF b"}}, 2}}}});
  CHECK(text == "# HELP m h\n# TYPE m gauge\nm{channel=\"a\\\"} 1\\nevil{x=\\\"\\\\ ? b\"} 2\n");
}

TEST_CASE("what is not known is not among the metrics") {
  const auto no_number = std::numeric_limits<double>::quiet_NaN();
  const auto endless = std::numeric_limits<double>::infinity();
  CHECK(metrics_text({}).empty());
  CHECK(metrics_text({{"m", "h", metric_kind::gauge, {}}}).empty());
  CHECK(metrics_text({{"m", "h", metric_kind::gauge, {{{}, no_number}, {{}, endless}}}}).empty());
  CHECK(metrics_text({{"m", "h", metric_kind::gauge, {{{{"a", "1"}}, no_number}, {{}, 0.1}}}}) ==
        "# HELP m h\n# TYPE m gauge\nm 0.1\n");
}
