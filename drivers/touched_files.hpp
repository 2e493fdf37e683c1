#pragma once

#include <set>
#include <string>

namespace hearth {

/// What changed in a folder since all of it was on disk: the files and folders that a sync has to
/// name, so that it does not wait for what other programs write on the same disk. Paths are those
/// of `history_files`; "" is the folder itself. As many entries as there are files. Pure.
class touched_files {
 public:
  /// `made`: it was not there before, so its folder has a new name in it.
  void wrote(const std::string& path, bool made);
  void made_folder(const std::string& path);
  /// A file, or a folder with all that is in it.
  void renamed(const std::string& from, const std::string& to);
  void removed(const std::string& path);
  /// The bytes of this file are on disk; its name is a matter of its folder.
  void synced(const std::string& path) { files_.erase(path); }

  [[nodiscard]] const std::set<std::string>& files() const { return files_; }
  [[nodiscard]] const std::set<std::string>& folders() const { return folders_; }
  void clear();

  /// The folder that holds this file or folder.
  static std::string parent_of(const std::string& path);

 private:
  std::set<std::string> files_, folders_;
};

}  // namespace hearth
