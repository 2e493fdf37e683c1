#pragma once

#include "protocol/fault.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hearth {

/// One part of what is remembered of one site.
struct stored_part {
  std::string site;
  std::string part;
  std::string text;
  bool operator==(const stored_part&) const = default;
};

/// One journaled message took effect. Nothing keeps two alike apart: that is what makes the ledger
/// a witness against whatever was meant to recognise repeats.
struct ledger_row {
  std::string site;
  std::string boot_id;
  std::uint64_t sequence = 0;
  std::string kind;
  std::optional<time_point> made;  ///< by the house's clock; absent: it did not know the date
  time_point taken;                ///< by the node's
  bool operator==(const ledger_row&) const = default;
};

/// What of one contract is settled, as text.
struct settled_row {
  std::string site;
  std::string text;
  bool operator==(const settled_row&) const = default;
};

/// A message that was refused.
struct quarantined {
  std::string site;
  std::string topic;
  std::string message_id;  ///< empty where even that could not be read
  std::string reason;
  std::string bytes;
  time_point at;
  std::uint64_t times = 1;  ///< so often with just these bytes; `at` is the last time
  bool operator==(const quarantined&) const = default;
};

/// What belongs together: on disk as a whole or not at all.
struct node_batch {
  std::vector<stored_part> parts;
  std::vector<ledger_row> ledger;
  std::vector<quarantined> refused;
  std::vector<settled_row> settled = {};
};

struct repeated_effect {
  std::string boot_id;
  std::uint64_t sequence = 0;
  std::uint64_t times = 0;
  bool operator==(const repeated_effect&) const = default;
};

/// What the ledger says of one site.
struct ledger_totals {
  std::uint64_t rows = 0;
  std::uint64_t forgotten = 0;                 ///< rows that went because there were too many
  std::uint64_t applied_twice = 0;             ///< messages with more than one row
  std::vector<repeated_effect> repeated = {};  ///< the first hundred of them
  bool operator==(const ledger_totals&) const = default;
};

struct quarantine_list {
  std::vector<quarantined> kept;  ///< oldest first
  std::uint64_t forgotten = 0;    ///< that went because there were too many
};

/// Per site; beyond, the oldest go and are counted.
struct node_store_bounds {
  std::uint64_t ledger_rows = 250'000;   ///< two years of reports, some 20 MB
  std::uint64_t settled_rows = 250'000;  ///< 28 years of hours, some 100 MB
  std::uint64_t quarantine_rows = 200;
  std::uint64_t quarantine_bytes = 8 * 1024 * 1024;
};

/// A node's durable memory in one SQLite file: a table (site, part) → text, a ledger of what took
/// effect, what was refused, and what of contracts is settled. One program writes it, any number
/// may read it meanwhile; it survives power cuts at every point.
class node_store {
 public:
  /// Opens the file for writing, with its folders, creating what is missing and bringing up to
  /// date what an older version wrote. Fails if it is no such file, cannot be written, or another
  /// program writes it.
  static result<std::unique_ptr<node_store>> open(const std::filesystem::path& file,
                                                  node_store_bounds bounds = {});
  /// Opens an existing file for reading only. All that is read is of one moment.
  static result<std::unique_ptr<node_store>> open_to_read(const std::filesystem::path& file);

  virtual ~node_store() = default;
  virtual result<std::vector<stored_part>> load() = 0;
  /// On disk when it returns; all of it or nothing. Nothing where it went well.
  virtual std::optional<fault> save(const node_batch& batch) = 0;

  virtual result<ledger_totals> ledger(const std::string& site) = 0;
  virtual result<quarantine_list> quarantine(const std::string& site) = 0;
  /// In the order they were saved.
  virtual result<std::vector<std::string>> settled(const std::string& site) = 0;
};

/// $XDG_STATE_HOME/hearth/atn.db, else ~/.local/state/hearth/atn.db. Nothing without a home.
std::optional<std::filesystem::path> default_node_store();

}  // namespace hearth
