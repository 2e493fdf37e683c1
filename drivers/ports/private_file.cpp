#include "drivers/ports/private_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace hearth {
namespace {

/// A certificate or key is a few kilobytes; an authority's bundle a few hundred.
constexpr std::size_t longest_file = 4 * 1024 * 1024;
constexpr mode_t owner_only_mode = 0600;
constexpr mode_t everybody_mode = 0644;
constexpr mode_t others_mask = 0077;

class descriptor {
 public:
  explicit descriptor(int number) : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] bool open() const { return number_ >= 0; }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

fault trouble(const std::string& what, const std::filesystem::path& file, int error) {
  const auto detail = what + " " + file.string() + ": " + std::strerror(error);
  if (error == ENOENT) return {fault_code::no_such_device, detail};
  if (error == EACCES || error == EPERM)
    return {fault_code::permission, detail + "; let the user of this program do it"};
  return {fault_code::io, detail};
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Makes a rename durable, not only the content.
void sync_folder(const std::filesystem::path& folder) {
  const auto opened =
      descriptor{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.open()) ::fsync(opened.get());
}

/// The error number, if it cannot be.
std::optional<int> fill(const std::filesystem::path& file, std::string_view content, mode_t mode) {
  const auto opened = descriptor{
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, owner_only_mode)};
  if (!opened.open()) return errno;
  if (::fchmod(opened.get(), mode) != 0 || !write_all(opened.get(), content) ||
      ::fsync(opened.get()) != 0)
    return errno;
  return {};
}

result<std::string> read_open(const std::string& what, const std::filesystem::path& file,
                              int opened) {
  auto text = std::string{};
  auto part = std::array<char, 16 * 1024>{};
  while (true) {
    const auto got = ::read(opened, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::make_unexpected(trouble("cannot read the " + what, file, errno));
    if (got == 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > longest_file)
      return failed(fault_code::malformed,
                    "the " + what + " " + file.string() + " is far too long to be one");
  }
  if (text.empty())
    return failed(fault_code::malformed, "the " + what + " " + file.string() + " is empty");
  return text;
}

/// Nothing if the key is in order.
std::optional<fault> exposed(const std::string& what, const std::filesystem::path& file,
                             const struct stat& found) {
  const auto path = file.string();
  if (!S_ISREG(found.st_mode))
    return fault{fault_code::io, "the " + what + " " + path + " is no ordinary file"};
  if (found.st_uid != ::geteuid() && found.st_uid != 0)
    return fault{fault_code::permission, "the " + what + " " + path +
                                             " belongs to another user, who could use it: chown " +
                                             std::to_string(::geteuid()) + " " + path};
  if ((found.st_mode & others_mask) == 0) return {};
  auto mode = std::array<char, 8>{};
  std::snprintf(mode.data(), mode.size(), "%04o", found.st_mode & 07777U);
  return fault{fault_code::permission,
               "the " + what + " " + path + " is open to other users (mode " + mode.data() +
                   ") and is not used until that is mended: chmod 600 " + path};
}

}  // namespace

result<void> write_durably(const std::filesystem::path& file, std::string_view content, readers who,
                           existing old) {
  const auto lot = std::to_string(std::random_device{}());
  const auto draft = file.parent_path() / ("." + file.filename().string() + "." + lot + ".draft");
  const auto mode = who == readers::owner_only ? owner_only_mode : everybody_mode;
  auto error = fill(draft, content, mode);
  if (!error) {
    const auto flags = old == existing::stays ? RENAME_NOREPLACE : 0U;
    if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, file.c_str(), flags) != 0) error = errno;
  }
  if (!error) {
    sync_folder(file.parent_path());
    return {};
  }
  ::unlink(draft.c_str());
  if (*error == EEXIST)
    return failed(fault_code::refused, file.string() + " exists already and stays as it is");
  return tl::make_unexpected(trouble("cannot write", file, *error));
}

result<void> make_private_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) {
    sync_folder(folder.parent_path());
    return {};
  }
  if (errno != EEXIST) return tl::make_unexpected(trouble("cannot make the folder", folder, errno));
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0)
    return tl::make_unexpected(trouble("cannot look at", folder, errno));
  if (!S_ISDIR(found.st_mode)) return failed(fault_code::io, folder.string() + " is no folder");
  if ((found.st_mode & others_mask) != 0)
    return failed(
        fault_code::permission,
        "the folder " + folder.string() + " is open to other users: chmod 700 " + folder.string());
  return {};
}

result<std::string> read_text_file(const std::string& what, const std::filesystem::path& file) {
  const auto opened = descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!opened.open()) return tl::make_unexpected(trouble("cannot read the " + what, file, errno));
  return read_open(what, file, opened.get());
}

result<std::string> read_private_file(const std::string& what, const std::filesystem::path& file) {
  const auto opened = descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!opened.open()) return tl::make_unexpected(trouble("cannot read the " + what, file, errno));
  struct stat found {};
  if (::fstat(opened.get(), &found) != 0)
    return tl::make_unexpected(trouble("cannot look at the " + what, file, errno));
  if (auto f = exposed(what, file, found)) return tl::make_unexpected(*f);
  return read_open(what, file, opened.get());
}

}  // namespace hearth
