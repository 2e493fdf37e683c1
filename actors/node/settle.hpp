#pragma once

#include "actors/node/site_memory.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A node's book of one house beside the house's own: what `atn settle` says. The house's entries
/// came with its contract reports; what was sold is the node's own word. Whether both are the same
/// is told by the chain, reckoned anew from what the node sold.
namespace hearth {

enum class entry_verdict : unsigned char {
  agrees,     ///< the chain is the one that the node reckons
  differs,    ///< it is another: `why` says what differs
  unchecked,  ///< the entry before it is not here
};
std::string_view to_text(entry_verdict v);

struct settled_line {
  contract_report entered;
  std::optional<contract> sold;
  entry_verdict verdict = entry_verdict::agrees;
  std::string why;            ///< empty where it agrees
  bool kept = false;          ///< ran to its end, within `limits::contract_tolerance`
  double measured_part = 1;   ///< of the slot: with a good reading of the meter
  std::optional<money> cost;  ///< of what was metered; absent: without a price

  [[nodiscard]] energy beyond() const { return entered.metered - entered.promised; }
};

/// A run of entries of one book that are not here.
struct missing_entries {
  std::string book;
  std::uint64_t first = 0, last = 0;
};

struct site_settlement {
  std::string site;
  std::vector<settled_line> lines;  ///< book by book, in the order of their entries
  std::vector<missing_entries> missing;
  std::size_t books = 0;  ///< more than one: the house's was begun anew
  std::string end;        ///< chain after the last entry, hex; empty without one
  std::size_t kept = 0, differing = 0, unchecked = 0, unpriced = 0;
  energy promised, metered;
  money cost;

  /// Both books are the same, as far as the node knows of the house's.
  [[nodiscard]] bool agrees() const { return missing.empty() && differing == 0 && unchecked == 0; }
};

/// `from`, `until`: only the slots that begin in between are told; the chain is checked from the
/// first entry on whatever is told.
site_settlement settle(const std::string& site, std::vector<settled_contract> all,
                       std::optional<time_point> from = {}, std::optional<time_point> until = {});

/// For people, for jq, and for cut and awk: a header line, then a line per contract.
std::string page_of(const site_settlement& s);
std::string json_of(const site_settlement& s);
std::string table_of(const site_settlement& s);

}  // namespace hearth
