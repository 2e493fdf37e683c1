#include "drivers/ports/draft_ring.hpp"

#include "drivers/ports/sqlite_connection.hpp"

#include <algorithm>
#include <cstring>
#include <zlib.h>

namespace hearth {

/// Both the Pi and the machines it is built on are little-endian, and the file does not travel.
struct draft_ring::header {
  std::uint32_t magic = 0x54445248;  // "HRDT"
  std::uint32_t index = 0;
  std::uint64_t epoch = 0;
  std::uint32_t length = 0;
  std::uint32_t checksum = 0;  ///< of the fields before it and the payload
};

namespace {

constexpr auto block_bytes = std::int64_t{4096};

std::int64_t blocks_for(std::size_t bytes) {
  return (static_cast<std::int64_t>(bytes) + block_bytes - 1) / block_bytes;
}

std::uint32_t checksum_of(const void* start, std::size_t fields, const std::string& payload) {
  auto sum = crc32(0, static_cast<const Bytef*>(start), static_cast<uInt>(fields));
  sum =
      crc32(sum, reinterpret_cast<const Bytef*>(payload.data()), static_cast<uInt>(payload.size()));
  return static_cast<std::uint32_t>(sum);
}

}  // namespace

draft_ring::draft_ring(std::unique_ptr<char[]> storage, std::string path)
    : path_{std::move(path)}, storage_{std::move(storage)} {}

draft_ring::~draft_ring() {
  if (file()->pMethods != nullptr) file()->pMethods->xClose(file());
}

std::unique_ptr<draft_ring> draft_ring::open(sqlite3_vfs* files, const std::string& path,
                                             int& code) {
  auto storage = std::make_unique<char[]>(static_cast<std::size_t>(files->szOsFile));
  // A file's name is followed by empty parameters in SQLite.
  auto ring =
      std::unique_ptr<draft_ring>{new draft_ring{std::move(storage), path + std::string(4, '\0')}};
  code =
      files->xOpen(files, ring->path_.c_str(), ring->file(),
                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL, nullptr);
  if (code != SQLITE_OK) return {};
  // Room once and for all: later writes change no length, so nothing but their block is written.
  code = lengthen_file(ring->file(), file_bytes);
  return ring;
}

int draft_ring::load(std::uint64_t epoch, std::vector<std::string>& drafts) {
  begin(epoch);
  drafts.clear();
  for (;;) {
    auto payload = std::optional<std::string>{};
    if (const auto code = read_at(block_, payload); code != SQLITE_OK || !payload) return code;
    block_ += blocks_for(sizeof(header) + payload->size());
    ++index_;
    drafts.push_back(std::move(*payload));
  }
}

int draft_ring::read_at(std::int64_t block, std::optional<std::string>& payload) {
  auto head = header{};
  if ((block + 1) * block_bytes > file_bytes) return SQLITE_OK;
  const auto* calls = file()->pMethods;
  auto code = calls->xRead(file(), &head, sizeof head, block * block_bytes);
  if (code == SQLITE_IOERR_SHORT_READ) return SQLITE_OK;
  if (code != SQLITE_OK) return code;
  const auto room = file_bytes - block * block_bytes - std::int64_t{sizeof head};
  if (head.magic != header{}.magic || head.epoch != epoch_ || head.index != index_ ||
      head.length > room)
    return SQLITE_OK;
  auto bytes = std::string(head.length, '\0');
  code = calls->xRead(file(), bytes.data(), static_cast<int>(bytes.size()),
                      block * block_bytes + std::int64_t{sizeof head});
  if (code == SQLITE_IOERR_SHORT_READ) return SQLITE_OK;
  if (code == SQLITE_OK && checksum_of(&head, offsetof(header, checksum), bytes) == head.checksum)
    payload = std::move(bytes);
  return code;
}

int draft_ring::newest_epoch(std::uint64_t& epoch) {
  for (auto at = std::int64_t{0}; at < file_bytes; at += block_bytes) {
    auto head = header{};
    const auto code = file()->pMethods->xRead(file(), &head, sizeof head, at);
    if (code == SQLITE_IOERR_SHORT_READ) return SQLITE_OK;
    if (code != SQLITE_OK) return code;
    // A block that is no draft's first may hold anything; such a number is no epoch.
    constexpr auto most = std::uint64_t{1} << 48;
    if (head.magic == header{}.magic && head.epoch < most) epoch = std::max(epoch, head.epoch);
  }
  return SQLITE_OK;
}

int draft_ring::keep(const std::string& payload) {
  const auto blocks = blocks_for(sizeof(header) + payload.size());
  if ((block_ + blocks) * block_bytes > file_bytes) return SQLITE_TOOBIG;
  auto head = header{};
  head.index = index_;
  head.epoch = epoch_;
  head.length = static_cast<std::uint32_t>(payload.size());
  head.checksum = checksum_of(&head, offsetof(header, checksum), payload);
  // Whole blocks, so that none must be read before it is written.
  auto bytes = std::string(static_cast<std::size_t>(blocks * block_bytes), '\0');
  std::memcpy(bytes.data(), &head, sizeof head);
  std::memcpy(bytes.data() + sizeof head, payload.data(), payload.size());
  auto code = write_file(file(), bytes, block_ * block_bytes);
  if (code == SQLITE_OK)
    code = file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  if (code != SQLITE_OK) return code;
  block_ += blocks;
  ++index_;
  return SQLITE_OK;
}

void draft_ring::begin(std::uint64_t epoch) {
  epoch_ = epoch;
  block_ = 0;
  index_ = 0;
}

}  // namespace hearth
