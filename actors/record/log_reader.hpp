#pragma once

#include "actors/record/decision.hpp"
#include "actors/record/recorded.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hearth {

/// What a log says of the house it was written in.
struct log_head {
  std::string program;  ///< its version
  std::string site, boot_id, time_zone;
  std::string layout_hash, layout_text;
  pace_layout pace;
  tariff_layout tariff;  ///< that it lived by; a simulation may have another than its layout
  std::vector<std::pair<std::string, unit>> channels;  ///< by the numbers used in the log
  time_point at;
};

/// The house of a log's layout at its pace, or why today's program has none such.
tl::expected<std::shared_ptr<const layout>, std::string> house_of(const log_head& head);

/// One input and what was decided upon it then.
struct log_step {
  time_point at;
  std::optional<dispatcher_input> input;  ///< absent: of a device that this house does not have
  std::vector<decision> was;
};
/// So many inputs were not written, for want of room or of a disk.
struct log_gap {
  std::uint64_t lost = 0;
  time_point at;
};
struct log_end {
  bool full = false;  ///< as long as allowed, while the house went on; else it ended in good order
  time_point at;
};
using log_entry = std::variant<log_head, log_step, log_gap, log_end>;

struct log_line {
  std::string text;
  bool ended = true;  ///< by a newline; the last one of a power cut is not
};
/// Nothing at the end; an over-long line comes in parts, of which none is a line of a log.
std::optional<log_line> next_log_line(std::istream& in);

/// Reads what `log_writer` wrote, line by line. Whatever the bytes are, the answer is an entry or a
/// sentence that says what is wrong with the line. Pure.
class log_reader {
 public:
  tl::expected<log_entry, std::string> read(std::string_view line);

  /// From now on inputs are told in the terms of this house: a channel it does not have is left
  /// away, one that the log does not have has never been heard. To be called after each head.
  void tell_in_terms_of(std::shared_ptr<const layout> house);

 private:
  struct meaning;
  void forget();

  std::shared_ptr<const layout> house_;
  std::vector<std::pair<std::string, unit>> channels_;
  std::vector<std::optional<channel_id>> places_;  ///< of the log's channels in the house
  std::optional<std::vector<point>> points_;       ///< by the log's channels
  std::map<std::string, decision> orders_;         ///< the last command to each channel
};

}  // namespace hearth
