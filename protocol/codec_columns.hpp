#pragma once

// Private to codec_*.cpp: the two messages that hold many readings, column by column.

#include "protocol/codec_reader.hpp"
#include "protocol/codec_words.hpp"
#include "protocol/messages.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>

namespace hearth {

void write_report(const report& from, v1::Report& to);
void write_snapshot(const snapshot_report& from, v1::Snapshot& to);

report read_report(field_reader& check, const v1::Report& from);
snapshot_report read_snapshot(field_reader& check, const v1::Snapshot& from);

inline std::int64_t unix_ms(time_point t) { return t.time_since_epoch().count(); }

inline std::uint32_t whole_seconds(duration d) {
  const auto s = std::chrono::ceil<std::chrono::seconds>(d).count();
  return static_cast<std::uint32_t>(std::clamp<decltype(s)>(s, 0, UINT32_MAX));
}

inline void put(const fault& f, v1::Fault& out) {
  out.set_code(wire_words::on_wire(wire_words::fault_codes, f.code));
  out.set_detail(mended(f.detail));
}

/// The exponent of a number that is sent as the bits of a double.
inline constexpr std::int32_t raw_exponent = 10;

}  // namespace hearth
