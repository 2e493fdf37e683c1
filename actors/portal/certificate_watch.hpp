#pragma once

#include "drivers/web.hpp"
#include "protocol/messages.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the house says of the certificate of its page. Pure.
///
///   page-certificate-expiring   it ends within 30 days                          warning
///   page-certificate-invalid    it has ended, or is not yet valid               alarm
///   page-certificate-refused    there is a newer one that cannot be used        warning
///   page-certificate-renewed    another one is in use, or all is well again     info
namespace hearth {

class certificate_watch {
 public:
  /// The events that are due, each once a day as long as it holds. `at` is house time; `outside` is
  /// the time in which people live.
  std::vector<event> look(const web_certificate& is, const std::string& site, time_point at,
                          time_point outside);

 private:
  struct word {
    std::string kind;
    std::optional<std::string> refused;  ///< another reason is told at once
    time_point at;
  };
  std::string fingerprint_;  ///< of the one seen last; empty: none yet
  std::optional<word> told_;
};

}  // namespace hearth
