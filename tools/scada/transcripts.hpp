#pragma once

#include "drivers/recording_port.hpp"
#include "layouts/layout.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace hearth::tools {

/// A folder with the transcript of each device, so that what an installer saw can become a test.
class transcript_folder {
 public:
  /// Of one device. Beyond: it stops, and says so in its last line.
  static constexpr std::size_t longest = 256 * 1024;

  /// Nothing, with a word why on stderr, if the folder cannot be made or is not empty.
  static std::shared_ptr<transcript_folder> make(const std::string& folder, const layout& house);

  /// Thread-safe.
  void write(const std::string& device, const std::string& lines);

 private:
  struct transcript {
    std::ofstream file;
    std::size_t size = 0;
    bool full = false;
  };
  explicit transcript_folder(std::filesystem::path folder) : folder_{std::move(folder)} {}

  std::filesystem::path folder_;
  std::map<std::string, std::string> heads_;  ///< by device
  std::mutex guard_;
  std::map<std::string, transcript> all_;
};

}  // namespace hearth::tools
