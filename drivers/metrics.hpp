#pragma once

#include <string>
#include <utility>
#include <vector>

/// Numbers for a monitoring system, as values; `ports/metrics_text.hpp` writes them down.
namespace hearth {

enum class metric_kind : unsigned char {
  counter,  ///< only grows while the program runs; its name ends in _total
  gauge
};

struct metric_sample {
  std::vector<std::pair<std::string, std::string>> labels;  ///< name and whatever text
  double value = 0;  ///< in the unit of the family's name; what is not known has no sample
};

/// What is measured in one way, of one thing or of several.
struct metric_family {
  std::string name;  ///< "hearth_channel_age_seconds"
  std::string help;  ///< one sentence
  metric_kind kind = metric_kind::gauge;
  std::vector<metric_sample> samples;
};

}  // namespace hearth
