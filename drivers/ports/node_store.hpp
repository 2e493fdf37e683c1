#pragma once

#include "protocol/fault.hpp"

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

/// A small durable table, (site, part) → text, in one SQLite file. One program writes it, any
/// number may read it meanwhile; it survives power cuts at every point.
class node_store {
 public:
  /// Opens the file for writing, with its folders, creating what is missing. Fails if it is no
  /// such file, cannot be written, or another program writes it.
  static result<std::unique_ptr<node_store>> open(const std::filesystem::path& file);
  /// Opens an existing file for reading only.
  static result<std::unique_ptr<node_store>> open_to_read(const std::filesystem::path& file);

  virtual ~node_store() = default;
  virtual result<std::vector<stored_part>> load() = 0;
  /// On disk when it returns; all of it or nothing. Nothing where it went well.
  virtual std::optional<fault> save(std::span<const stored_part> parts) = 0;
};

/// $XDG_STATE_HOME/hearth/atn.db, else ~/.local/state/hearth/atn.db. Nothing without a home.
std::optional<std::filesystem::path> default_node_store();

}  // namespace hearth
