#include "actors/portal/certificate_watch.hpp"

#include "actors/history/alarm_kinds.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto noon = *from_iso8601("2026-01-15T12:00:00Z");

/// A page whose certificate is looked at, and what the house has said of it.
struct watched_page {
  certificate_watch watch;
  open_alarms alarms;
  web_certificate is{"first", noon + 24h * 100};
  time_point outside = noon;

  /// The kinds of the events of one look.
  std::vector<std::string> look() {
    auto kinds = std::vector<std::string>{};
    for (const auto& e : watch.look(is, "maple", outside, outside)) {
      kinds.push_back(e.kind);
      alarms.take(e);
      text = e.text;
    }
    return kinds;
  }
  std::string text;
};
using kinds = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(watched_page, "a certificate that is good is not spoken of") {
  CHECK(look().empty());
  outside += 24h * 50;
  CHECK(look().empty());
}

TEST_CASE_FIXTURE(watched_page,
                  "that the page's certificate ends soon is said once a day, and that it has ended "
                  "is an alarm, until there is another") {
  is.trouble = "it ends on Friday";
  CHECK(look() == kinds{"page-certificate-expiring"});
  CHECK(look().empty());
  outside += 23h;
  CHECK(look().empty());
  outside += 1h;
  CHECK(look() == kinds{"page-certificate-expiring"});
  REQUIRE(alarms.open().size() == 1);
  CHECK(alarms.open()[0].raised.severity == severity::warning);

  is.trouble = "it has ended";
  is.is_invalid = true;
  CHECK(look() == kinds{"page-certificate-invalid"});
  REQUIRE(alarms.open().size() == 1);
  CHECK(alarms.open()[0].raised.severity == severity::alarm);

  is = {"second", noon + 24h * 800};
  CHECK(look() == kinds{"page-certificate-renewed"});
  CHECK(text.find("2028-03-25") != std::string::npos);
  CHECK(alarms.open().empty());
  CHECK(look().empty());
}

TEST_CASE_FIXTURE(watched_page, "a new certificate that is not taken is said with its reason") {
  look();
  is.refused = "the key is another's";
  CHECK(look() == kinds{"page-certificate-refused"});
  CHECK(text.find("the key is another's") != std::string::npos);
  CHECK(text.find("2026-04-25") != std::string::npos);
  CHECK(look().empty());
  is.refused = "the key is gone";
  CHECK(look() == kinds{"page-certificate-refused"});
  is.trouble = "it has ended";
  is.is_invalid = true;
  CHECK(look() == kinds{"page-certificate-invalid"});
  CHECK(text.find("the key is gone") != std::string::npos);
  is = {"first", noon + 24h * 100};
  CHECK(look() == kinds{"page-certificate-renewed"});
  CHECK(alarms.open().empty());
}

TEST_CASE_FIXTURE(watched_page, "a new certificate that ends soon, too, is said to be both") {
  is.trouble = "it ends on Friday";
  look();
  is.fingerprint = "second";
  CHECK(look() == kinds{"page-certificate-renewed", "page-certificate-expiring"});
  CHECK(alarms.open().size() == 1);
}

TEST_CASE_FIXTURE(watched_page,
                  "a clock that is set back does not keep a warning silent for long") {
  is.trouble = "it ends on Friday";
  look();
  outside -= 24h * 365;
  CHECK(look() == kinds{"page-certificate-expiring"});
  CHECK(look().empty());
}
