#include "actors/history/history_log.hpp"

#include <algorithm>

namespace hearth {
namespace {

constexpr auto block = std::size_t{4096};
constexpr std::string_view magic = "HHL1";
constexpr auto head_bytes = std::size_t{40};
/// Larger than any record: all pages a history lets wait in memory. What stands beyond in a file
/// is none of ours.
constexpr auto largest = std::uint64_t{64} << 20;
/// Read at once, while records are shorter.
constexpr auto piece = std::uint64_t{256} << 10;
/// Bytes whose checksum turned out to be wrong before the rest of a file is given up: a torn record
/// or a few are as many as a disk makes, and each could claim to be the largest.
constexpr auto most_in_vain = 2 * largest;
constexpr std::array names{"log.a", "log.b"};

std::string payload_of(const log_record& record) {
  auto out = std::string{};
  for (const auto& run : record.runs) {
    append_u32(out, run.feed);
    append_u32(out, run.start_s);
    append_u32(out, static_cast<std::uint32_t>(run.values.size()));
    for (const auto& value : run.values) append_slot(out, value);
  }
  for (const auto& page : record.pages) {
    append_u32(out, page.tier);
    append_u32(out, page.feed);
    append_u32(out, page.page);
    append_u32(out, static_cast<std::uint32_t>(page.bytes.size()));
    out += page.bytes;
  }
  return out;
}

/// Whole, or nothing: a payload whose checksum is right was still made by somebody.
bool read_payload(std::string_view from, std::uint32_t runs, std::uint32_t pages, log_record& to) {
  for (; runs > 0; --runs) {
    if (from.size() < 12) return false;
    auto run = logged_run{u32_at(from, 0), u32_at(from, 4), {}};
    const auto count = std::size_t{u32_at(from, 8)};
    from.remove_prefix(12);
    if (from.size() / sizeof(float) < count) return false;
    run.values.reserve(count);
    for (auto n = std::size_t{0}; n < count; ++n) run.values.push_back(slot_from(from, n));
    from.remove_prefix(count * sizeof(float));
    to.runs.push_back(std::move(run));
  }
  for (; pages > 0; --pages) {
    if (from.size() < 16) return false;
    auto page = logged_page{u32_at(from, 0), u32_at(from, 4), u32_at(from, 8), {}};
    const auto count = std::size_t{u32_at(from, 12)};
    from.remove_prefix(16);
    if (from.size() < count) return false;
    page.bytes = from.substr(0, count);
    from.remove_prefix(count);
    to.pages.push_back(std::move(page));
  }
  return from.empty();
}

std::uint64_t in_blocks(std::uint64_t bytes) { return (bytes + block - 1) / block * block; }

/// A file that is looked at from its beginning, a piece at a time.
class piecewise {
 public:
  piecewise(history_files& files, const char* name, std::uint64_t size)
      : files_{&files}, name_{name}, size_{std::min(size, largest)} {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Fewer than `count` only where the file ends; stands until it is asked again.
  result<std::string_view> at(std::uint64_t offset, std::uint64_t count) {
    count = std::min(count, size_ - std::min(offset, size_));
    if (offset < from_ || offset + count > from_ + bytes_.size()) {
      const auto more = std::min(std::max(count, piece), size_ - std::min(offset, size_));
      bytes_.clear();
      auto read = files_->read(name_, offset, static_cast<std::size_t>(more));
      if (!read) return tl::make_unexpected(read.error());
      bytes_ = std::move(*read);
      from_ = offset;
    }
    return std::string_view{bytes_}.substr(static_cast<std::size_t>(offset - from_),
                                           static_cast<std::size_t>(count));
  }

 private:
  history_files* files_;
  const char* name_;
  std::uint64_t size_, from_ = 0;
  std::string bytes_;
};

/// Where a whole record stands.
struct place {
  std::uint64_t at = 0, epoch = 0;
  std::uint32_t number = 0;
};
struct looked_through {
  std::vector<place> records;
  bool something = false;  ///< that is no record
};

/// Every whole record of a file, in its order, at the places where one may begin.
result<looked_through> look_through(piecewise& file) {
  auto out = looked_through{};
  auto in_vain = std::uint64_t{0};
  for (auto at = std::uint64_t{0}; at < file.size() && in_vain <= most_in_vain;) {
    const auto head = file.at(at, block);
    if (!head) return tl::make_unexpected(head.error());
    if (head->empty()) break;
    if (head->size() >= head_bytes && head->starts_with(magic)) {
      const auto length = head_bytes + std::uint64_t{u32_at(*head, 24)};
      const auto all = file.at(at, length);
      if (!all) return tl::make_unexpected(all.error());
      if (const auto found = record_from(*all)) {
        out.records.push_back({at, found->epoch, found->number});
        at += found->bytes;
        continue;
      }
      in_vain += all->size() == length ? length : 0;
      out.something = true;
    } else {
      out.something = out.something || head->find_first_not_of('\0') != std::string_view::npos;
    }
    at += block;
  }
  return out;
}

/// One that was found there.
result<found_record> read_record(piecewise& file, std::uint64_t at) {
  const auto head = file.at(at, head_bytes);
  if (!head) return tl::make_unexpected(head.error());
  const auto length = head->size() == head_bytes ? std::uint64_t{u32_at(*head, 24)} : 0;
  const auto all = file.at(at, head_bytes + length);
  if (!all) return tl::make_unexpected(all.error());
  if (auto found = record_from(*all)) return std::move(*found);
  return failed(fault_code::io, "the history's log changes while it is read");
}

}  // namespace

std::string to_bytes(const log_record& record, std::uint64_t epoch, std::uint32_t number) {
  const auto payload = payload_of(record);
  auto summed = std::string{};
  append_u64(summed, epoch);
  append_u32(summed, number);
  append_u32(summed, record.interval_s);
  append_u32(summed, static_cast<std::uint32_t>(payload.size()));
  append_u32(summed, static_cast<std::uint32_t>(record.runs.size()));
  append_u32(summed, static_cast<std::uint32_t>(record.pages.size()));
  append_u32(summed, 0);
  summed += payload;
  auto out = std::string{magic};
  append_u32(out, checksum_of(summed));
  out += summed;
  out.resize(static_cast<std::size_t>(in_blocks(out.size())), '\0');
  return out;
}

std::optional<found_record> record_from(std::string_view bytes) {
  if (bytes.size() < head_bytes || !bytes.starts_with(magic)) return {};
  const auto length = std::size_t{u32_at(bytes, 24)};
  if (length > bytes.size() - head_bytes) return {};
  if (checksum_of(bytes.substr(8, head_bytes - 8 + length)) != u32_at(bytes, 4)) return {};
  auto out = found_record{{}, u64_at(bytes, 8), u32_at(bytes, 16), 0};
  out.record.interval_s = u32_at(bytes, 20);
  if (!read_payload(bytes.substr(head_bytes, length), u32_at(bytes, 28), u32_at(bytes, 32),
                    out.record))
    return {};
  out.bytes = in_blocks(head_bytes + length);
  return out;
}

result<history_log> history_log::open(history_files& files, const opening& how,
                                      const std::function<void(const log_record&)>& take,
                                      std::vector<std::string>& problems) {
  auto out = history_log{};
  auto logs = std::vector<piecewise>{};
  auto found = std::array<looked_through, names.size()>{};
  for (auto n = std::size_t{0}; n < names.size(); ++n) {
    const auto size = files.size(names[n]);
    if (!size) return tl::make_unexpected(size.error());
    out.sizes_[n] = size->value_or(0);
    auto there = look_through(logs.emplace_back(files, names[n], out.sizes_[n]));
    if (!there) return tl::make_unexpected(there.error());
    found[n] = std::move(*there);
    for (const auto& record : found[n].records)
      if (record.epoch > out.epoch_) {
        out.epoch_ = record.epoch;
        out.current_ = n;
      }
  }
  out.unreadable_ = out.epoch_ == 0 && (found[0].something || found[1].something);

  const auto hand_over = [&](std::size_t log, const place& record) -> result<std::uint64_t> {
    const auto read = read_record(logs[log], record.at);
    if (!read) return tl::make_unexpected(read.error());
    take(read->record);
    return record.at + read->bytes;
  };
  const auto& counts = found[out.current_].records;
  const auto has_first = std::ranges::any_of(counts, [&](const place& record) {
    return record.epoch == out.epoch_ && record.number == 0;
  });
  // The first record repeats what the other file holds; without it the other one still counts.
  if (out.epoch_ > 1 && !has_first)
    for (const auto& record : found[1 - out.current_].records)
      if (record.epoch == out.epoch_ - 1)
        if (auto done = hand_over(1 - out.current_, record); !done)
          return tl::make_unexpected(done.error());
  auto misses = false;
  for (const auto& record : counts) {
    if (record.epoch != out.epoch_ || record.number < out.next_) continue;
    misses = misses || record.number != out.next_;
    out.next_ = record.number + 1;
    const auto end = hand_over(out.current_, record);
    if (!end) return tl::make_unexpected(end.error());
    out.used_ = *end;
  }
  if (misses) problems.push_back("a part of the history's log is damaged: some minutes are lost");
  if (how.read_only) return out;
  if (auto done = out.lay_out(files, how.laid_out); !done) return tl::make_unexpected(done.error());
  return out;
}

result<void> history_log::lay_out(history_files& files, std::uint64_t bytes) {
  for (auto n = std::size_t{0}; n < names.size(); ++n) {
    const auto there = std::min(sizes_[n], bytes);
    // A disk without this much room may still have some for the first records.
    if (there < bytes &&
        files.write(names[n], there, std::string(static_cast<std::size_t>(bytes - there), '\0')))
      sizes_[n] = bytes;
  }
  return files.sync_all();
}

result<void> history_log::append(history_files& files, const log_record& record) {
  if (epoch_ == 0) return begin_anew(files, record);
  const auto bytes = to_bytes(record, epoch_, next_);
  // What a failed sync has left on the disk nobody knows.
  broken_ = true;
  if (auto done = files.write(names[current_], used_, bytes); !done) return done;
  if (auto done = files.sync(names[current_]); !done) return done;
  broken_ = false;
  ++next_;
  used_ += bytes.size();
  sizes_[current_] = std::max(sizes_[current_], used_);
  return {};
}

result<void> history_log::begin_anew(history_files& files, const log_record& record) {
  const auto other = 1 - current_;
  const auto bytes = to_bytes(record, epoch_ + 1, 0);
  broken_ = true;
  if (auto done = files.write(names[other], 0, bytes); !done) return done;
  if (auto done = files.sync(names[other]); !done) return done;
  broken_ = false;
  current_ = other;
  ++epoch_;
  next_ = 1;
  used_ = bytes.size();
  sizes_[current_] = std::max(sizes_[current_], used_);
  return {};
}

}  // namespace hearth
