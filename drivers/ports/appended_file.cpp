#include "drivers/ports/appended_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace hearth {
namespace {

constexpr mode_t mode = 0640;

tl::unexpected<fault> trouble(const std::string& what, const std::filesystem::path& file) {
  const auto error = errno;
  const auto code = error == ENOENT                     ? fault_code::no_such_device
                    : error == EACCES || error == EPERM ? fault_code::permission
                                                        : fault_code::io;
  return failed(code, "cannot " + what + " " + file.string() + ": " + std::strerror(error));
}

class appended_file final : public log_file {
 public:
  appended_file(std::filesystem::path path, int file) : path_{std::move(path)}, file_{file} {}
  appended_file(const appended_file&) = delete;
  appended_file& operator=(const appended_file&) = delete;
  ~appended_file() override { ::close(file_); }

  /// Nothing where it may be appended to.
  result<void> look(const std::string& first_bytes) {
    struct stat found {};
    if (::fstat(file_, &found) != 0) return trouble("look at", path_);
    if (!S_ISREG(found.st_mode))
      return failed(fault_code::refused, path_.string() + " is no ordinary file");
    size_ = static_cast<std::uint64_t>(found.st_size);
    if (size_ == 0) return {};
    auto begins = std::string(first_bytes.size(), '\0');
    const auto got = ::pread(file_, begins.data(), begins.size(), 0);
    if (got < 0) return trouble("read", path_);
    begins.resize(static_cast<std::size_t>(got));
    // A power cut may have left it with less than its first words, or with nothing but zeros.
    if (begins.find_first_not_of('\0') != std::string::npos && !first_bytes.starts_with(begins))
      return failed(fault_code::refused,
                    path_.string() + " is another file already and stays as it is");
    return {};
  }

  result<void> end_line() {
    auto last = '\n';
    if (size_ > 0 && ::pread(file_, &last, 1, static_cast<off_t>(size_ - 1)) != 1)
      return trouble("read", path_);
    return last == '\n' ? result<void>{} : append("\n");
  }

  result<void> append(std::string_view lines) override {
    auto left = lines;
    while (!left.empty()) {
      const auto written = ::write(file_, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        const auto why = trouble("write", path_);
        // Half a line would look like damage to whoever reads it.
        if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) size_ += lines.size() - left.size();
        return why;
      }
      left.remove_prefix(static_cast<std::size_t>(written));
    }
    size_ += lines.size();
    return {};
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  std::filesystem::path path_;
  int file_;
  std::uint64_t size_ = 0;
};

result<std::unique_ptr<appended_file>> open_one(const appended_file_plan& plan) {
  // Not to wait for the other end of a pipe.
  const auto flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  const auto opened = ::open(plan.file.c_str(), flags, mode);
  if (opened < 0) return trouble("open", plan.file);
  auto file = std::make_unique<appended_file>(plan.file, opened);
  if (auto looked = file->look(plan.first_bytes); !looked)
    return tl::make_unexpected(looked.error());
  return file;
}

}  // namespace

result<std::unique_ptr<log_file>> open_appended_file(const appended_file_plan& plan) {
  auto file = open_one(plan);
  if (file && plan.put_aside_at > 0 && (*file)->size() >= plan.put_aside_at) {
    const auto aside = plan.file.string() + ".1";
    if (::rename(plan.file.c_str(), aside.c_str()) != 0) return trouble("rename", plan.file);
    file = open_one(plan);
  }
  if (!file) return tl::make_unexpected(file.error());
  if (auto ended = (*file)->end_line(); !ended) return tl::make_unexpected(ended.error());
  return std::unique_ptr<log_file>{std::move(*file)};
}

}  // namespace hearth
