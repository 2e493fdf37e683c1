#pragma once

#include "protocol/time.hpp"
#include "protocol/unit.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the commissioning of a house comes to: one finding for each check, and who stands for them.
namespace hearth {

enum class check_verdict : unsigned char { passed, failed, skipped };
std::string_view to_text(check_verdict v);

/// What one check came to.
struct check_finding {
  std::string check;    ///< "sensor", "actuator", "fail-safe", "tank", "range", "meter" …
  std::string subject;  ///< a channel, a zone, or the site
  check_verdict verdict = check_verdict::skipped;
  std::string seen;  ///< a sentence: what was there, and what is to be done about it
  time_point at;
  /// The numbers behind it by name: "shown", "instrument", "before", "after" …
  std::vector<std::pair<std::string, measured>> values = {};
  bool operator==(const check_finding&) const = default;
};

struct commission_record {
  std::string site;
  std::string layout_hash;
  std::string program;  ///< version
  time_point began, ended;
  bool complete = false;  ///< every check was come to
  std::string signed_by;  ///< empty: nobody has signed
  std::vector<check_finding> findings;

  [[nodiscard]] std::size_t count(check_verdict v) const;
  /// Complete, signed, and nothing failed or skipped.
  [[nodiscard]] bool passed() const;
  bool operator==(const commission_record&) const = default;
};

/// For people: Markdown.
std::string report_text(const commission_record& r);

}  // namespace hearth
