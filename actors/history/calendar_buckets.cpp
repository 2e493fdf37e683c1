#include "actors/history/calendar_buckets.hpp"

#include "actors/local_calendar.hpp"

namespace hearth {

bucket_edges calendar_edges(time_point from, time_point to, bucket by,
                            const std::string& timezone) {
  auto out = bucket_edges{};
  if (from >= to) return out;
  const auto calendar = local_calendar{timezone};
  const auto months = by == bucket::month;
  out.push_back(months ? calendar.month_of(from) : calendar.day_of(from));
  while (out.back() < to)
    out.push_back(months ? calendar.month_after(out.back()) : calendar.day_after(out.back()));
  return out;
}

bucket_edges even_edges(time_point from, time_point to, duration interval) {
  auto out = bucket_edges{};
  if (from >= to || interval <= duration{0}) return out;
  const auto since = from.time_since_epoch();
  auto begins = since - (since % interval + interval) % interval;
  for (; begins < to.time_since_epoch(); begins += interval) out.emplace_back(begins);
  out.emplace_back(begins);
  return out;
}

}  // namespace hearth
