#include "drivers/touched_files.hpp"

namespace hearth {
namespace {

bool is_in(const std::string& path, const std::string& what) {
  return path == what || path.starts_with(what + "/");
}

}  // namespace

std::string touched_files::parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

void touched_files::wrote(const std::string& path, bool made) {
  files_.insert(path);
  if (made) folders_.insert(parent_of(path));
}

void touched_files::made_folder(const std::string& path) {
  // Whoever made several in one go has touched each that holds one of them.
  for (auto folder = path; !folder.empty();) folders_.insert(folder = parent_of(folder));
}

void touched_files::renamed(const std::string& from, const std::string& to) {
  for (auto* touched : {&files_, &folders_}) {
    auto moved = std::set<std::string>{};
    std::erase_if(*touched, [&](const std::string& path) {
      if (!is_in(path, from)) return false;
      moved.insert(to + path.substr(from.size()));
      return true;
    });
    std::erase_if(*touched, [&](const std::string& path) { return is_in(path, to); });
    touched->merge(moved);
  }
  folders_.insert(parent_of(from));
  folders_.insert(parent_of(to));
}

void touched_files::removed(const std::string& path) {
  for (auto* touched : {&files_, &folders_})
    std::erase_if(*touched, [&](const std::string& each) { return is_in(each, path); });
  folders_.insert(parent_of(path));
}

void touched_files::clear() {
  files_.clear();
  folders_.clear();
}

}  // namespace hearth
