#pragma once

#include "actors/history/history_words.hpp"

#include <string>
#include <vector>

namespace hearth {

/// Buckets of one answer: each begins where the one before ends. Sorted; the last entry is the end
/// of the last bucket, so there is one more than there are buckets. None: empty.
using bucket_edges = std::vector<time_point>;

/// The days or months of a time zone that hold any time in [from, to): whole ones, so the first may
/// begin before `from`. A day that its clock is set forward or back in has 23 or 25 hours. An
/// unknown zone, or none: UTC.
bucket_edges calendar_edges(time_point from, time_point to, bucket by, const std::string& timezone);

/// Buckets of one length, counted from 1970 in UTC.
bucket_edges even_edges(time_point from, time_point to, duration interval);

}  // namespace hearth
