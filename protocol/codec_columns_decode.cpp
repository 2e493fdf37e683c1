#include "protocol/codec_columns.hpp"
#include "protocol/decimals.hpp"
#include "protocol/deflate.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/stubs/logging.h>

#include <bit>

// Columns → readings. Every column is counted before it is used and everything it promises is
// bounded, because a few compressed bytes can promise much.
namespace hearth {
namespace {

/// The columns of a message, wherever they are, for as long as the message lives (they share its
/// arena, for a node decodes thousands a second); `field` names it in a refusal.
template <class Columns, class Message>
const Columns& columns_of(field_reader& check, const Message& from, const char* field) {
  if (from.has_plain()) return from.plain();
  auto& out = *google::protobuf::Arena::CreateMessage<Columns>(from.GetArena());
  const auto quiet = google::protobuf::LogSilencer{};
  const auto bytes = inflated(from.deflated(), limits::inflated_bytes);
  if (bytes && out.ParseFromString(*bytes)) return out;
  check.refuse(field, ".deflated is missing or no zlib stream of at most 1 MiB of columns");
  return Columns::default_instance();
}

template <class Columns>
std::vector<fault> faults_of(field_reader& check, const Columns& from, std::string_view field) {
  auto out = std::vector<fault>{};
  for (const auto& f : from.faults()) out.push_back(check.reason(f, field));
  return out;
}

/// For each of `count` entries its fault, or null; an answer of another length is a refusal.
template <class Pairs>
std::vector<const fault*> faulty_ones(field_reader& check, const Pairs& pairs, std::size_t count,
                                      const std::vector<fault>& faults, std::string_view field) {
  auto out = std::vector<const fault*>(count);
  auto next = std::uint64_t{0};
  for (int i = 0; i + 1 < pairs.size(); i += 2) {
    const auto place = next + pairs.Get(i);
    const auto which = pairs.Get(i + 1);
    if (place >= count || which >= faults.size()) {
      check.refuse(field, " names what is not there");
      return out;
    }
    out[place] = &faults[which];
    next = place + 1;
  }
  if (pairs.size() % 2 != 0) check.refuse(field, " is not in pairs");
  return out;
}

/// What all samples count together must stay below the limit.
class room {
 public:
  explicit room(field_reader& check) : check_{check} {}
  bool take(const result<double>& value) {
    used_ += room_of(value);
    if (used_ > limits::report_samples) check_.refuse("readings", " are more than 65536");
    return !check_.problem;
  }

 private:
  field_reader& check_;
  std::size_t used_ = 0;
};

std::int64_t number_of(field_reader& check, std::int64_t number, std::string_view field) {
  if (number < -decimal_largest || number > decimal_largest) check.refuse(field, " is beyond 2^53");
  return check.problem ? 0 : number;
}

int exponent_of(field_reader& check, std::int32_t exponent, std::string_view field) {
  if (exponent >= -decimal_digits && exponent <= decimal_digits) return exponent;
  check.refuse(field, " is not from -9 to 9");
  return 0;
}

std::vector<time_point> times_of(field_reader& check, const v1::ReportColumns& from,
                                 time_point slot_start) {
  auto out = std::vector<time_point>{};
  out.reserve(static_cast<std::size_t>(from.steps_ms_size()));
  auto at = unix_ms(slot_start);
  for (const auto step : from.steps_ms()) {
    const auto apart = number_of(check, step, "report.steps_ms");
    if (check.problem) return {};
    out.push_back(check.time(at += apart, "report.steps_ms"));
  }
  return out;
}

std::vector<double> values_of(field_reader& check, const v1::ChannelSeries& from) {
  auto out = std::vector<double>{};
  out.reserve(static_cast<std::size_t>(std::max(from.exact_size(), from.values_size())));
  if (!from.exact().empty() && !from.values().empty())
    check.refuse("report.series.exact", " stands beside values");
  for (const auto value : from.exact()) out.push_back(check.number(value, "report.series.exact"));
  const auto exponent = exponent_of(check, from.exponent(), "report.series.exponent");
  auto sum = std::int64_t{0};
  for (const auto step : from.values()) {
    // Neither is beyond 2 × 2^53, so that no sum can overflow.
    if (step < -2 * decimal_largest || step > 2 * decimal_largest)
      check.refuse("report.series.values", " is beyond 2^53");
    if (check.problem) return {};
    sum = number_of(check, sum + step, "report.series.values");
    out.push_back(from_decimal(sum, exponent));
  }
  return out;
}

void read_samples(field_reader& check, const v1::ChannelSeries& from,
                  const std::vector<time_point>& times, const std::vector<fault>& faults,
                  room& left, std::vector<sample>& out) {
  const auto count = static_cast<std::size_t>(from.times_size());
  const auto values = values_of(check, from);
  if (count > limits::report_samples ||
      values.size() + static_cast<std::size_t>(from.faulty_size() / 2) != count)
    check.refuse("report.series", " has not one value or fault for each time");
  if (check.problem) return;
  const auto faulty = faulty_ones(check, from.faulty(), count, faults, "report.series.faulty");
  out.reserve(count);
  auto value = values.begin();
  auto time = std::int64_t{0};
  for (std::size_t i = 0; i < count; ++i) {
    time += from.times(static_cast<int>(i));
    if (time < 0 || time >= static_cast<std::int64_t>(times.size()))
      check.refuse("report.series.times", " names what is not there");
    if (check.problem) return;
    auto& one = out.emplace_back(sample{times[static_cast<std::size_t>(time)], 0.0});
    if (faulty[i])
      one.value = tl::make_unexpected(*faulty[i]);
    else
      one.value = *value++;
    if (!left.take(one.value)) return;
  }
}

/// The values of a snapshot's columns, one after the other.
class point_values {
 public:
  point_values(field_reader& check, const v1::SnapshotColumns& from, std::size_t count)
      : check_{check},
        from_{from},
        faults_{faults_of(check, from, "snapshot.faults")},
        faulty_{faulty_ones(check, from.faulty(), count, faults_, "snapshot.faulty")},
        left_{check} {
    const auto with_value = count - static_cast<std::size_t>(from.faulty_size() / 2);
    for (const auto size : {from.units_size(), from.exponents_size(), from.numbers_size()})
      if (static_cast<std::size_t>(size) != with_value)
        check.refuse("snapshot", " has columns of different lengths");
  }

  result<measured> take(std::size_t i) {
    if (faulty_[i]) {
      const auto why = result<double>{tl::make_unexpected(*faulty_[i])};
      left_.take(why);
      return tl::make_unexpected(*faulty_[i]);
    }
    const auto next = next_++;
    const auto unit =
        check_.word(wire_words::units, static_cast<v1::Unit>(from_.units(next)), "snapshot.units");
    const auto number = from_.numbers(next);
    if (from_.exponents(next) == raw_exponent)
      return measured{check_.number(std::bit_cast<double>(number), "snapshot.numbers"), unit};
    return measured{from_decimal(number_of(check_, number, "snapshot.numbers"),
                                 exponent_of(check_, from_.exponents(next), "snapshot.exponents")),
                    unit};
  }

 private:
  field_reader& check_;
  const v1::SnapshotColumns& from_;
  std::vector<fault> faults_;
  std::vector<const fault*> faulty_;
  room left_;
  int next_ = 0;
};

time_point time_of(field_reader& check, std::int64_t age, std::uint32_t step_ms, time_point taken) {
  constexpr std::int64_t oldest_s = 7'000'000'000;  // 200 years
  if (age < -oldest_s || age > oldest_s) {
    check.refuse("snapshot.ages", " is no age");
    return taken;
  }
  return check.time(unix_ms(taken) - age * step_ms, "snapshot.ages");
}

/// Fills in what all kinds of points have; false if the columns do not fit together.
template <class Point>
bool read_points(field_reader& check, const v1::SnapshotColumns& from, time_point taken,
                 std::vector<Point>& points) {
  const auto count = points.size();
  const auto all_good = from.qualities().empty();
  if (static_cast<std::size_t>(from.ages_size()) != count ||
      (!all_good && static_cast<std::size_t>(from.qualities_size()) != count))
    check.refuse("snapshot", " has columns of different lengths");
  if (from.age_step_ms() < 1 || from.age_step_ms() > 1000)
    check.refuse("snapshot.age_step_ms", " is not from 1 to 1000");
  if (check.problem) return false;
  auto values = point_values{check, from, count};
  for (std::size_t i = 0; i < count && !check.problem; ++i) {
    auto& p = points[i];
    const auto at = static_cast<int>(i);
    p.value = values.take(i);
    p.quality =
        all_good ? quality::good
                 : check.word(wire_words::qualities, static_cast<v1::Quality>(from.qualities(at)),
                              "snapshot.qualities");
    // What was never heard has no time either.
    if (p.quality != quality::never || from.ages(at) != 0)
      p.at = time_of(check, from.ages(at), from.age_step_ms(), taken);
  }
  return !check.problem;
}

}  // namespace

report read_report(field_reader& check, const v1::Report& from) {
  auto out = report{check.time(from.slot_start_unix_ms(), "report.slot_start_unix_ms"),
                    check.length(from.slot_length_s(), "report.slot_length_s"),
                    {}};
  if (check.problem) return out;
  const auto& columns = columns_of<v1::ReportColumns>(check, from, "report");
  if (static_cast<std::size_t>(columns.series_size()) > limits::report_channels)
    check.refuse("report.series", " are more than 16384");
  const auto times = times_of(check, columns, out.slot_start);
  const auto faults = faults_of(check, columns, "report.faults");
  auto left = room{check};
  if (!check.problem) out.series.reserve(static_cast<std::size_t>(columns.series_size()));
  for (const auto& series : columns.series()) {
    if (check.problem) break;
    auto& row = out.series.emplace_back();
    row.channel = check.name(series.channel(), "report.series.channel");
    row.unit = check.word(wire_words::units, series.unit(), "report.series.unit");
    read_samples(check, series, times, faults, left, row.samples);
  }
  return out;
}

snapshot_report read_snapshot(field_reader& check, const v1::Snapshot& from) {
  auto out = snapshot_report{check.time(from.at_unix_ms(), "snapshot.at_unix_ms"), {}};
  if (check.problem) return out;
  const auto& columns = columns_of<v1::SnapshotColumns>(check, from, "snapshot");
  if (static_cast<std::size_t>(std::max(columns.channels_size(), columns.places_size())) >
      limits::report_channels)
    check.refuse("snapshot", " has more than 16384 channels");
  if (check.problem) return out;
  if (from.base_unix_ms() == 0) {
    out.points.resize(static_cast<std::size_t>(columns.channels_size()));
    if (!read_points(check, columns, out.at, out.points)) return out;
    for (std::size_t i = 0; i < out.points.size(); ++i)
      out.points[i].channel =
          check.name(columns.channels(static_cast<int>(i)), "snapshot.channels");
    return out;
  }
  out.base = check.time(from.base_unix_ms(), "snapshot.base_unix_ms");
  out.fresh_within = std::chrono::seconds{from.fresh_within_s()};
  out.changes.resize(static_cast<std::size_t>(columns.places_size()));
  if (!read_points(check, columns, out.at, out.changes)) return out;
  auto next = std::uint64_t{0};
  for (std::size_t i = 0; i < out.changes.size(); ++i) {
    const auto place = next + columns.places(static_cast<int>(i));
    if (place >= limits::report_channels) check.refuse("snapshot.places", " is beyond 16384");
    out.changes[i].place = static_cast<std::uint32_t>(place);
    next = place + 1;
  }
  return out;
}

}  // namespace hearth
