#pragma once

#include "drivers/metrics.hpp"

#include <string>

namespace hearth {

/// What `metrics_text` is, for the header Content-Type.
inline constexpr auto metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// The families in the text format of Prometheus. Families without a sample are left out, and so
/// are samples that are no finite number: what is not known is not there. Labels may hold any text.
std::string metrics_text(const std::vector<metric_family>& families);

}  // namespace hearth
