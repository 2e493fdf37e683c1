#include "tools/scada/transcripts.hpp"

#include <algorithm>
#include <iostream>
#include <system_error>

namespace hearth::tools {

std::shared_ptr<transcript_folder> transcript_folder::make(const std::string& folder,
                                                           const layout& house) {
  auto failure = std::error_code{};
  std::filesystem::create_directories(folder, failure);
  const auto empty = !failure && std::filesystem::is_empty(folder, failure);
  if (failure) {
    std::cerr << folder << ": " << failure.message() << "\n";
    return {};
  }
  if (!empty) {
    std::cerr << folder << ": is not empty\n  hint: transcripts go into a folder of their own\n";
    return {};
  }
  auto made = std::shared_ptr<transcript_folder>{new transcript_folder{folder}};
  for (std::uint16_t d = 0; d < house.devices.size(); ++d)
    made->heads_[house.devices[d].name] = transcript_head(house, device_id{d});
  return made;
}

void transcript_folder::write(const std::string& device, const std::string& lines) {
  const auto lock = std::lock_guard{guard_};
  auto& t = all_[device];
  if (t.full) return;
  if (!t.file.is_open()) {
    auto name = device;
    std::ranges::replace(name, '/', '_');
    t.file.open(folder_ / (name + ".txt"), std::ios::binary);
    const auto head = heads_.find(device);
    t.file << (head != heads_.end() ? head->second : "# bus " + device + "\n\n");
  }
  t.size += lines.size();
  t.full = t.size > longest;
  t.file << (t.full ? "# full: " + std::to_string(longest) + " bytes; nothing more is written\n"
                    : lines)
         << std::flush;
}

}  // namespace hearth::tools
