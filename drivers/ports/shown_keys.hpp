#pragma once

#include "drivers/ports/certificate.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace hearth {

/// One certificate as `scada keys show` tells it.
struct shown_key {
  std::filesystem::path file;
  result<certificate_facts> facts;
  /// Absent: there is no revocation list beside it.
  std::optional<bool> revoked;
};

/// These files, or without any all current certificates of the folder.
result<std::vector<shown_key>> look_at_keys(const std::filesystem::path& folder,
                                            std::vector<std::filesystem::path> files);

}  // namespace hearth
