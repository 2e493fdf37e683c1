#include "tools/simulate/torn_disk.hpp"

#include <algorithm>
#include <cstring>

namespace hearth::simulate {
namespace {

constexpr auto sector = std::uint64_t{512};
/// What the real file system of SQLite takes at once; beyond, it writes less without a word.
constexpr auto most_written = 0x1ffff;

struct handle {
  sqlite3_file base;
  torn_disk* disk;
  const char* name;  ///< SQLite keeps it alive as long as the file is open
};

void write_into(std::string& content, std::uint64_t offset, const std::string& bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  content.replace(offset, bytes.size(), bytes);
}

}  // namespace

/// SQLite's calls, which know the disk by the handle they get.
struct torn_calls {
  static handle& of(sqlite3_file* f) { return *reinterpret_cast<handle*>(f); }
  static torn_disk::file& content(sqlite3_file* f) { return of(f).disk->files_[of(f).name]; }
  static torn_disk& disk(sqlite3_vfs* vfs) { return *static_cast<torn_disk*>(vfs->pAppData); }

  static int close(sqlite3_file*) { return SQLITE_OK; }
  static int read(sqlite3_file* f, void* into, int amount, sqlite3_int64 offset) {
    if (of(f).disk->cut_) return SQLITE_IOERR_READ;
    const auto& now = content(f).now;
    const auto wanted = static_cast<std::size_t>(amount), at = static_cast<std::size_t>(offset);
    const auto there = at < now.size() ? std::min(wanted, now.size() - at) : 0;
    std::memset(into, 0, wanted);
    if (there > 0) std::memcpy(into, now.data() + at, there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* f, const void* from, int amount, sqlite3_int64 offset) {
    auto& all = *of(f).disk;
    if (const auto code = all.operation(SQLITE_IOERR_WRITE); code != SQLITE_OK) return code;
    if (amount > most_written) return SQLITE_IOERR_WRITE;
    auto& c = content(f);
    auto bytes = std::string(static_cast<const char*>(from), static_cast<std::size_t>(amount));
    const auto at = static_cast<std::uint64_t>(offset);
    const auto grows = at + bytes.size() > c.now.size() ? at + bytes.size() - c.now.size() : 0;
    if (grows > 0 && all.full_at_ && all.bytes() + grows > *all.full_at_) return SQLITE_FULL;
    write_into(c.now, at, bytes);
    c.pending.push_back({at, std::move(bytes), false});
    return SQLITE_OK;
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    if (const auto code = of(f).disk->operation(SQLITE_IOERR_TRUNCATE); code != SQLITE_OK)
      return code;
    auto& c = content(f);
    if (c.step > 0) size = (size + c.step - 1) / c.step * c.step;
    c.now.resize(static_cast<std::size_t>(size), '\0');
    c.pending.push_back({static_cast<std::uint64_t>(size), {}, true});
    return SQLITE_OK;
  }
  static int sync(sqlite3_file* f, int) {
    if (const auto code = of(f).disk->operation(SQLITE_IOERR_FSYNC); code != SQLITE_OK) return code;
    auto& c = content(f);
    c.durable = c.now;
    c.pending.clear();
    c.ever_synced = true;
    return SQLITE_OK;
  }
  static int file_size(sqlite3_file* f, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(content(f).now.size());
    return SQLITE_OK;
  }
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int check_lock(sqlite3_file*, int* held) {
    *held = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file* f, int what, void* value) {
    if (what != SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_NOTFOUND;
    content(f).step = *static_cast<int*>(value);
    return SQLITE_OK;
  }
  // As the real one answers with psow=0.
  static int sector_size(sqlite3_file*) { return 4096; }
  static int device(sqlite3_file*) { return 0; }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out) {
    static const auto calls = sqlite3_io_methods{
        1,       close,       read,   write, truncate, sync, file_size, lock, lock, check_lock,
        control, sector_size, device, {},    {},       {},   {},        {},   {}};
    of(f) = {{nullptr}, &disk(vfs), name};
    if (disk(vfs).cut_) return SQLITE_CANTOPEN;
    if (!disk(vfs).files_.contains(name) && (flags & SQLITE_OPEN_CREATE) == 0)
      return SQLITE_CANTOPEN;
    content(f).step = 0;
    f->pMethods = &calls;
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int) {
    if (const auto code = disk(vfs).operation(SQLITE_IOERR_DELETE); code != SQLITE_OK) return code;
    return disk(vfs).files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }
  static int access(sqlite3_vfs* vfs, const char* name, int, int* there) {
    *there = disk(vfs).files_.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    for (auto i = 0; i < size; ++i) out[i] = static_cast<char>(disk(vfs).random_());
    return size;
  }
  static int pause(sqlite3_vfs*, int) { return 0; }
  static int time(sqlite3_vfs*, double* julian_day) {
    *julian_day = 2459000.5;
    return SQLITE_OK;
  }
};

torn_disk::torn_disk(std::uint64_t seed)
    : name_{"torn-" + std::to_string(seed) + "-" +
            std::to_string(reinterpret_cast<std::uintptr_t>(this))},
      calls_{std::make_unique<sqlite3_vfs>()},
      random_{seed} {
  calls_->iVersion = 1;
  calls_->szOsFile = sizeof(handle);
  calls_->mxPathname = 512;
  calls_->zName = name_.c_str();
  calls_->pAppData = this;
  calls_->xOpen = torn_calls::open;
  calls_->xDelete = torn_calls::remove;
  calls_->xAccess = torn_calls::access;
  calls_->xFullPathname = torn_calls::full_path;
  calls_->xRandomness = torn_calls::randomness;
  calls_->xSleep = torn_calls::pause;
  calls_->xCurrentTime = torn_calls::time;
  sqlite3_vfs_register(calls_.get(), 0);
}

torn_disk::~torn_disk() { sqlite3_vfs_unregister(calls_.get()); }

int torn_disk::operation(int how) {
  if (!cut_ && cut_in_ && (*cut_in_)-- == 0) cut_ = true;
  if (cut_) return how;
  if (fail_in_ && (*fail_in_)-- == 0) {
    fail_in_.reset();
    return how;
  }
  return SQLITE_OK;
}

std::uint64_t torn_disk::bytes() const {
  auto sum = std::uint64_t{0};
  for (const auto& [name, f] : files_) sum += f.now.size();
  return sum;
}

void torn_disk::power_up() {
  for (auto& [name, f] : files_) settle(f);
  // A file whose name never reached the disk may be gone.
  std::erase_if(files_, [&](const auto& f) { return !f.second.ever_synced && random_() % 2 == 0; });
  cut_ = false;
  cut_in_.reset();
  fail_in_.reset();
}

void torn_disk::settle(file& f) {
  auto pieces = std::vector<change>{};
  for (const auto& c : f.pending) {
    if (c.sets_length) pieces.push_back(c);
    for (auto at = std::uint64_t{0}; at < c.bytes.size();) {
      const auto length = std::min(c.bytes.size() - at, sector - (c.offset + at) % sector);
      pieces.push_back({c.offset + at, c.bytes.substr(at, length), false});
      at += length;
    }
  }
  // Everything arrives, nothing does, or something between.
  const auto kept_of_100 = std::array<std::uint64_t, 4>{0, 50, 90, 100}[random_() % 4];
  const auto garbles = random_() % 4 == 0;
  if (random_() % 2 == 0) std::shuffle(pieces.begin(), pieces.end(), random_);
  for (auto& p : pieces) {
    if (random_() % 100 >= kept_of_100) continue;
    if (p.sets_length) {
      f.durable.resize(p.offset, '\0');
      continue;
    }
    // The whole sector that is being written may be lost, with what was in it before.
    if (garbles && random_() % 8 == 0) {
      p.offset -= p.offset % sector;
      p.bytes.resize(sector);
      for (auto& byte : p.bytes) byte = static_cast<char>(random_());
    }
    write_into(f.durable, p.offset, p.bytes);
  }
  f.now = f.durable;
  f.pending.clear();
  f.ever_synced = f.ever_synced || !f.now.empty();
}

}  // namespace hearth::simulate
