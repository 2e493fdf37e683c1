#pragma once

#include "protocol/fault.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a probe of a bus has found, as values: recognisers make them, `drivers/probe/proposal.hpp`
/// makes layout lines of them, `scada probe` prints them.
namespace hearth {

/// How sure it is that a thing is what it is taken for.
enum class certainty : unsigned char {
  certain,  ///< it says so itself, or answers as nothing else does
  likely,   ///< all it answers fits; its label decides
  guess,    ///< another kind of device answers just the same
  unknown,  ///< something answers; nobody knows what
};
std::string_view to_text(certainty c);

/// Keys and values as texts, in the order of the lines.
using option_texts = std::vector<std::pair<std::string, std::string>>;

/// A device as it might stand in a layout.
struct proposed_device {
  std::string id;
  std::string model;  ///< may be one this program does not know
  option_texts options = {};
  std::vector<std::string> channels = {};  ///< keys it may have at the model; empty: all of them
  std::string note = {};                   ///< what to look at before it is used
};

struct proposed_bus {
  std::string name;
  std::string kind;
  option_texts options = {};
};

/// One thing that answers.
struct finding {
  std::string where;  ///< on its bus: "0x48", "unit 3", "28-00000a1b2c3d", a topic
  std::string what = {};
  certainty sure = certainty::unknown;
  std::string evidence = {};  ///< what it is recognised by, or what it measures now
  std::vector<proposed_device> propose = {};
};

/// Questions asked of a bus, and what came back.
struct probe_tally {
  std::size_t asked = 0;
  std::size_t answered = 0;
  std::map<fault_code, std::size_t> faults = {};
};

struct probe_result {
  proposed_bus bus;
  std::vector<finding> found = {};
  std::vector<std::string> remarks = {};  ///< about the bus as a whole, for a person
  probe_tally tally = {};
  bool stopped = false;  ///< somebody ended it before its end
};

/// As one line a terminal can show: a '?' for every control character and broken byte, and cut at
/// `limits::text_bytes`. Whatever a bus says passes here before a person sees it.
std::string printable(std::string_view text);

}  // namespace hearth
