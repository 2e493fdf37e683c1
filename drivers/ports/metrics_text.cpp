#include "drivers/ports/metrics_text.hpp"

#include "protocol/utf8.hpp"

#include <cmath>
#include <prometheus/text_serializer.h>

namespace hearth {
namespace {

prometheus::ClientMetric metric_of(const metric_sample& sample, metric_kind kind) {
  auto made = prometheus::ClientMetric{};
  // One label that is no UTF-8 would cost the reader the whole page.
  for (const auto& [name, value] : sample.labels) made.label.push_back({name, mended(value)});
  (kind == metric_kind::counter ? made.counter.value : made.gauge.value) = sample.value;
  return made;
}

}  // namespace

std::string metrics_text(const std::vector<metric_family>& families) {
  auto all = std::vector<prometheus::MetricFamily>{};
  for (const auto& family : families) {
    auto made = prometheus::MetricFamily{family.name,
                                         family.help,
                                         family.kind == metric_kind::counter
                                             ? prometheus::MetricType::Counter
                                             : prometheus::MetricType::Gauge,
                                         {}};
    for (const auto& sample : family.samples)
      if (std::isfinite(sample.value)) made.metric.push_back(metric_of(sample, family.kind));
    if (!made.metric.empty()) all.push_back(std::move(made));
  }
  return prometheus::TextSerializer{}.Serialize(all);
}

}  // namespace hearth
