#include "drivers/ports/pulse_memory.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace hearth {

/// A number and its complement, by which one that was cut short is known. Fresh pages are zero,
/// which is no such pair.
struct pulse_memory::total {
  struct copy {
    std::uint64_t number;
    std::uint64_t complement;
    [[nodiscard]] bool whole() const { return complement == ~number; }
  };
  copy copies[2];
};

namespace {

fault cannot(const std::string& path) {
  const auto why = errno;
  const auto code =
      why == EACCES || why == EPERM || why == EROFS ? fault_code::permission : fault_code::io;
  return {code, "cannot keep what is counted in " + path + ": " + std::strerror(why)};
}

}  // namespace

result<std::unique_ptr<pulse_memory>> pulse_memory::open(const std::string& path) {
  constexpr auto bytes = lines * sizeof(total);
  const auto file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (file < 0) return tl::make_unexpected(cannot(path));
  // Every page has its place on the disk from now on: a full disk shows here, and not as a signal.
  errno = ::posix_fallocate(file, 0, bytes);
  auto* const start =
      errno == 0 ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
  const auto failure = start == MAP_FAILED ? std::optional{cannot(path)} : std::nullopt;
  ::close(file);
  if (failure) return tl::make_unexpected(*failure);
  return std::unique_ptr<pulse_memory>{new pulse_memory{static_cast<total*>(start)}};
}

pulse_memory::~pulse_memory() {
  ::msync(totals_, lines * sizeof(total), MS_SYNC);
  ::munmap(totals_, lines * sizeof(total));
}

std::uint64_t pulse_memory::recall(unsigned line) const {
  if (line >= lines) return 0;
  auto newest = std::uint64_t{0};
  for (const auto& copy : totals_[line].copies)
    if (copy.whole()) newest = std::max(newest, copy.number);
  return newest;
}

void pulse_memory::keep(unsigned line, std::uint64_t total) {
  if (line >= lines) return;
  for (auto& copy : totals_[line].copies) {
    copy = {total, ~total};
    // One after the other, whatever the compiler would rather do.
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
}

}  // namespace hearth
