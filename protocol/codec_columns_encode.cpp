#include "protocol/codec_columns.hpp"
#include "protocol/decimals.hpp"
#include "protocol/deflate.hpp"

#include <google/protobuf/arena.h>

#include <bit>
#include <map>
#include <numeric>

// Readings → columns.
namespace hearth {
namespace {

/// Each fault once, and who has it.
template <class Columns>
class fault_table {
 public:
  explicit fault_table(Columns& columns) : columns_{columns} {}

  std::uint32_t place_of(const fault& f) {
    auto text = v1::Fault{};
    put(f, text);
    const auto [found, is_new] =
        places_.try_emplace(text.SerializeAsString(), columns_.faults_size());
    if (is_new) *columns_.add_faults() = std::move(text);
    return static_cast<std::uint32_t>(found->second);
  }

 private:
  Columns& columns_;
  std::map<std::string, int> places_;
};

/// Turns ascending positions into the steps between them.
class stepping {
 public:
  std::uint32_t to(std::size_t position) {
    const auto step = position - next_;
    next_ = position + 1;
    return static_cast<std::uint32_t>(step);
  }

 private:
  std::size_t next_ = 0;
};

const fault no_number{fault_code::out_of_range, "not a finite number"};

/// The fault in a value, or that it is no number.
template <class Value>
const fault* fault_of(const result<Value>& value, double amount) {
  if (!value) return &value.error();
  return std::isfinite(amount) ? nullptr : &no_number;
}

template <class Columns, class Message>
void send_shorter(const Columns& columns, Message& to) {
  const auto bytes = columns.SerializeAsString();
  auto packed = deflated(bytes);
  if (packed.size() < bytes.size())
    to.set_deflated(std::move(packed));
  else
    *to.mutable_plain() = columns;
}

std::map<time_point, std::int32_t> write_times(const report& from, v1::ReportColumns& to) {
  auto times = std::map<time_point, std::int32_t>{};
  for (const auto& series : from.series)
    for (const auto& s : series.samples) times.emplace(s.at, 0);
  auto before = from.slot_start;
  auto place = std::int32_t{0};
  for (auto& [at, at_place] : times) {
    to.add_steps_ms(unix_ms(at) - unix_ms(before));
    before = at;
    at_place = place++;
  }
  return times;
}

void write_values(const std::vector<double>& values, v1::ChannelSeries& to) {
  const auto short_form = as_decimals(values);
  if (!short_form) {
    to.mutable_exact()->Add(values.begin(), values.end());
    return;
  }
  to.set_exponent(short_form->exponent);
  auto before = std::int64_t{0};
  for (const auto number : short_form->numbers) {
    to.add_values(number - before);
    before = number;
  }
}

void write_numbers(const measured& m, v1::SnapshotColumns& to) {
  to.add_units(wire_words::on_wire(wire_words::units, m.unit));
  const auto short_form = as_decimal(m.amount);
  to.add_exponents(short_form ? short_form->exponent : raw_exponent);
  to.add_numbers(short_form ? short_form->number : std::bit_cast<std::int64_t>(m.amount));
}

/// Whatever has a value, a quality and a time.
template <class Point>
void write_points(const std::vector<Point>& points, time_point taken, v1::SnapshotColumns& to) {
  auto step = std::int64_t{1000};
  auto all_good = true;
  for (const auto& p : points) {
    if (p.quality != quality::never) step = std::gcd(step, unix_ms(taken) - unix_ms(p.at));
    all_good = all_good && p.quality == quality::good;
  }
  to.set_age_step_ms(static_cast<std::uint32_t>(step));
  auto faults = fault_table{to};
  auto faulty = stepping{};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& p = points[i];
    if (!all_good) to.add_qualities(wire_words::on_wire(wire_words::qualities, p.quality));
    to.add_ages(p.quality == quality::never ? 0 : (unix_ms(taken) - unix_ms(p.at)) / step);
    if (const auto* why = fault_of(p.value, p.value ? p.value->amount : 0)) {
      to.add_faulty(faulty.to(i));
      to.add_faulty(faults.place_of(*why));
    } else {
      write_numbers(*p.value, to);
    }
  }
}

}  // namespace

void write_report(const report& from, v1::Report& to) {
  to.set_slot_start_unix_ms(unix_ms(from.slot_start));
  to.set_slot_length_s(whole_seconds(from.slot_length));
  auto& columns = *google::protobuf::Arena::CreateMessage<v1::ReportColumns>(to.GetArena());
  const auto times = write_times(from, columns);
  auto faults = fault_table{columns};
  for (const auto& series : from.series) {
    auto& row = *columns.add_series();
    row.set_channel(mended(series.channel));
    row.set_unit(wire_words::on_wire(wire_words::units, series.unit));
    auto values = std::vector<double>{};
    auto faulty = stepping{};
    auto before = std::int32_t{0};
    for (std::size_t i = 0; i < series.samples.size(); ++i) {
      const auto& s = series.samples[i];
      const auto place = times.at(s.at);
      row.add_times(place - before);
      before = place;
      if (const auto* why = fault_of(s.value, s.value.value_or(0))) {
        row.add_faulty(faulty.to(i));
        row.add_faulty(faults.place_of(*why));
      } else {
        values.push_back(*s.value);
      }
    }
    write_values(values, row);
  }
  send_shorter(columns, to);
}

void write_snapshot(const snapshot_report& from, v1::Snapshot& to) {
  to.set_at_unix_ms(unix_ms(from.at));
  auto& columns = *google::protobuf::Arena::CreateMessage<v1::SnapshotColumns>(to.GetArena());
  if (from.base) {
    to.set_base_unix_ms(unix_ms(*from.base));
    to.set_fresh_within_s(whole_seconds(from.fresh_within));
    auto places = stepping{};
    for (const auto& c : from.changes) columns.add_places(places.to(c.place));
    write_points(from.changes, from.at, columns);
  } else {
    for (const auto& p : from.points) columns.add_channels(mended(p.channel));
    write_points(from.points, from.at, columns);
  }
  send_shorter(columns, to);
}

}  // namespace hearth
