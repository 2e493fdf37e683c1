#include "drivers/ports/posix_history_files.hpp"

#include "drivers/ports/file_lock.hpp"
#include "drivers/touched_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hearth {
namespace {

constexpr mode_t file_mode = 0640;
/// Read in steps, so that a wish for more than there is takes no memory.
constexpr auto read_step = std::size_t{1} << 20;
/// Files and folders that are synced one by one: each asks the card to empty its cache, so that of
/// more it is quicker to wait once for the whole file system, what others write in it too.
constexpr auto most_by_name = std::size_t{16};

tl::unexpected<fault> trouble(const std::string& what, const std::filesystem::path& file,
                              int error) {
  const auto code = error == ENOENT ? fault_code::no_such_device
                    : error == EACCES || error == EPERM || error == EROFS ? fault_code::permission
                    : error == ENOSPC || error == EDQUOT                  ? fault_code::overflow
                                                                          : fault_code::io;
  return failed(code, "cannot " + what + " " + file.string() + ": " + std::strerror(error));
}

class open_file {
 public:
  open_file(const std::filesystem::path& path, int flags)
      : number_{::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, file_mode)} {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (number_ >= 0) ::close(number_);
  }
  explicit operator bool() const { return number_ >= 0; }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

class posix_history_files final : public history_files {
 public:
  posix_history_files(std::filesystem::path folder, bool writes, file_lock lock)
      : folder_{std::move(folder)}, writes_{writes}, lock_{std::move(lock)} {}

  result<std::optional<std::uint64_t>> size(const std::string& path) override {
    struct stat found {};
    if (::stat((folder_ / path).c_str(), &found) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::uint64_t>{};
      return trouble("look at", folder_ / path, errno);
    }
    if (!S_ISREG(found.st_mode)) return std::optional<std::uint64_t>{};
    return std::optional{static_cast<std::uint64_t>(found.st_size)};
  }

  result<std::string> read(const std::string& path, std::uint64_t offset,
                           std::size_t most) override {
    const auto file = open_file{folder_ / path, O_RDONLY};
    if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::string{};
    if (!file) return trouble("open", folder_ / path, errno);
    auto out = std::string{};
    while (out.size() < most) {
      const auto had = out.size();
      out.resize(had + std::min(read_step, most - had));
      const auto got =
          ::pread(file.get(), out.data() + had, out.size() - had, static_cast<off_t>(offset + had));
      const auto error = errno;
      out.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got < 0 && error == EINTR) continue;
      if (got < 0) return trouble("read", folder_ / path, error);
      if (got == 0) break;
    }
    return out;
  }

  result<void> write(const std::string& path, std::uint64_t offset,
                     std::string_view bytes) override {
    if (!writes_) return read_only(path);
    if (const auto file = open_file{folder_ / path, O_WRONLY | O_NOFOLLOW})
      return write_to(file, path, offset, bytes, false);
    if (errno != ENOENT) return trouble("open", folder_ / path, errno);
    const auto made = open_file{folder_ / path, O_WRONLY | O_CREAT | O_NOFOLLOW};
    if (!made) return trouble("open", folder_ / path, errno);
    return write_to(made, path, offset, bytes, true);
  }

  result<void> sync(const std::string& path) override {
    const auto file = open_file{folder_ / path, O_WRONLY};
    if (!file) return trouble("open", folder_ / path, errno);
    if (::fdatasync(file.get()) != 0) return trouble("sync", folder_ / path, errno);
    touched_.synced(path);
    return {};
  }

  result<void> sync_all() override {
    const auto names = touched_.files().size() + touched_.folders().size();
    const auto by_name = knows_all_ && names <= most_by_name;
    if (auto done = by_name ? sync_touched() : sync_file_system(); !done) return done;
    knows_all_ = true;
    touched_.clear();
    return {};
  }

  result<void> rename(const std::string& from, const std::string& to) override {
    if (!writes_) return read_only(from);
    if (::rename((folder_ / from).c_str(), (folder_ / to).c_str()) != 0)
      return trouble("rename", folder_ / from, errno);
    touched_.renamed(from, to);
    return {};
  }

  result<void> remove(const std::string& path) override {
    if (!writes_) return read_only(path);
    auto error = std::error_code{};
    const auto count = std::filesystem::remove_all(folder_ / path, error);
    if (error || count > 0) touched_.removed(path);
    if (error) return trouble("remove", folder_ / path, error.value());
    return {};
  }

  result<std::vector<std::string>> list(const std::string& folder) override {
    auto out = std::vector<std::string>{};
    auto error = std::error_code{};
    auto entries = std::filesystem::directory_iterator{folder_ / folder, error};
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
      return out;
    for (; !error && entries != std::filesystem::directory_iterator{}; entries.increment(error))
      out.push_back(entries->path().filename().string());
    if (error) return trouble("list", folder_ / folder, error.value());
    std::ranges::sort(out);
    return out;
  }

  result<void> make_folder(const std::string& path) override {
    if (!writes_) return read_only(path);
    auto error = std::error_code{};
    const auto made = std::filesystem::create_directories(folder_ / path, error);
    if (error || made) touched_.made_folder(path);
    if (error) return trouble("make", folder_ / path, error.value());
    return {};
  }

 private:
  [[nodiscard]] tl::unexpected<fault> read_only(const std::string& path) const {
    return failed(fault_code::permission,
                  "the history is open for reading only: " + (folder_ / path).string());
  }

  result<void> write_to(const open_file& file, const std::string& path, std::uint64_t offset,
                        std::string_view bytes, bool made) {
    touched_.wrote(path, made);
    while (!bytes.empty()) {
      const auto done =
          ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return trouble("write", folder_ / path, done < 0 ? errno : ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(done));
      offset += static_cast<std::uint64_t>(done);
    }
    return {};
  }

  /// What a program before this one wrote and was killed over nobody here knows by name.
  result<void> sync_file_system() {
    const auto folder = open_file{folder_, O_RDONLY | O_DIRECTORY};
    if (!folder) return trouble("open", folder_, errno);
    if (::syncfs(folder.get()) != 0) return trouble("sync", folder_, errno);
    return {};
  }

  result<void> sync_touched() {
    // All of it is on its way before the first is waited for, so that one commit of the file
    // system's journal does for all.
    for (const auto& path : touched_.files())
      if (const auto file = open_file{folder_ / path, O_RDONLY})
        ::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    for (const auto& path : touched_.files())
      if (auto done = sync_one(path, ::fdatasync); !done) return done;
    for (const auto& path : touched_.folders())
      if (auto done = sync_one(path, ::fsync); !done) return done;
    return {};
  }

  result<void> sync_one(const std::string& path, int (*how)(int)) {
    const auto one = open_file{folder_ / path, O_RDONLY};
    // Somebody else has removed it.
    if (!one && (errno == ENOENT || errno == ENOTDIR)) return {};
    if (!one) return trouble("open", folder_ / path, errno);
    if (how(one.get()) != 0) return trouble("sync", folder_ / path, errno);
    return {};
  }

  std::filesystem::path folder_;
  bool writes_;
  file_lock lock_;
  touched_files touched_;
  bool knows_all_ = false;
};

}  // namespace

result<std::unique_ptr<history_files>> open_history_files(const std::filesystem::path& folder,
                                                          history_access access) {
  if (access == history_access::read) {
    auto error = std::error_code{};
    if (!std::filesystem::is_directory(folder, error))
      return failed(fault_code::no_such_device, folder.string() + " is no folder");
    return std::make_unique<posix_history_files>(folder, false, file_lock{});
  }
  auto error = std::error_code{};
  std::filesystem::create_directories(folder, error);
  if (error) return trouble("make the folder", folder, error.value());
  auto lock = file_lock{};
  if (access == history_access::write) {
    const auto opened =
        ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode);
    if (opened < 0) return trouble("open", folder / "lock", errno);
    lock = file_lock{opened};
    if (!lock.take())
      return failed(fault_code::refused,
                    "another program writes the history in " + folder.string());
  }
  return std::make_unique<posix_history_files>(folder, true, std::move(lock));
}

}  // namespace hearth
