#pragma once

#include "actors/node/site_memory.hpp"
#include "drivers/ports/node_store.hpp"

#include <optional>
#include <string>
#include <vector>

/// Whether what a house ever called journaled took effect exactly once: what `atn audit` says. The
/// memory says what was heard and what is missing; the ledger, which knows nothing of that, says
/// what took effect.
namespace hearth {

struct boot_audit {
  std::string boot_id;
  std::uint64_t received = 0;
  std::uint64_t made = 0;     ///< at least so many were
  std::uint64_t missing = 0;  ///< not come and not told lost
  std::uint64_t lost = 0;
  std::uint64_t refused = 0;
  bool ended = false;        ///< `made` is final
  bool counts_live = false;  ///< of an older version: nothing can be said of gaps
};

struct site_audit {
  std::string site;
  time_point at;
  std::uint64_t received = 0;
  std::uint64_t missing = 0;
  std::vector<message_run> gaps;  ///< the first `limits::resend_runs` of them
  std::uint64_t lost = 0;
  std::vector<loss> losses;  ///< as they were told, the latest
  std::uint64_t duplicates = 0;
  std::uint64_t deferred = 0;
  ledger_totals ledger;
  quarantine_list quarantine;
  std::optional<backlog> waiting;  ///< what the house said last
  time_point waiting_heard;
  std::vector<boot_audit> boots;  ///< in the order they became known

  /// No gaps, and nothing applied twice.
  [[nodiscard]] bool clean() const { return missing == 0 && ledger.applied_twice == 0; }
};

site_audit audit_of(const site_memory& house, ledger_totals ledger, quarantine_list quarantine,
                    time_point now);

/// For people, for jq, and for cut and awk: a word, then its columns, a tab between them.
std::string page_of(const site_audit& a);
std::string json_of(const site_audit& a);
std::string table_of(const site_audit& a);

}  // namespace hearth
