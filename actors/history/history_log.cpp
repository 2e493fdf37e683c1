#include "actors/history/history_log.hpp"

#include <algorithm>

namespace hearth {
namespace {

constexpr auto block = std::size_t{4096};
constexpr std::string_view magic = "HHL1";
constexpr auto head_bytes = std::size_t{40};
/// Laid out at the start, so that a block of the house needs no room that a full disk could deny:
/// twice what 90 channels by 10 s write until their pages are full.
constexpr auto laid_out = std::uint64_t{1} << 20;
/// Larger than any record: all pages a history lets wait in memory.
constexpr auto largest = std::size_t{64} << 20;
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

/// Every whole record of a file, in its order, at the places where one may begin.
template <class Each>
void each_record(std::string_view file, Each each) {
  for (auto at = std::size_t{0}; at + head_bytes <= file.size();) {
    const auto found = record_from(file.substr(at));
    if (found) each(*found, at);
    at += found ? found->bytes : block;
  }
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
  out.resize((out.size() + block - 1) / block * block, '\0');
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
  out.bytes = (head_bytes + length + block - 1) / block * block;
  return out;
}

result<history_log> history_log::open(history_files& files, bool read_only,
                                      const std::function<void(const log_record&)>& take,
                                      std::vector<std::string>& problems) {
  auto out = history_log{};
  auto texts = std::array<std::string, 2>{};
  auto something = false;
  for (auto n = std::size_t{0}; n < names.size(); ++n) {
    auto text = files.read(names[n], 0, largest);
    if (!text) return tl::make_unexpected(text.error());
    texts[n] = std::move(*text);
    out.sizes_[n] = texts[n].size();
    something = something || texts[n].find_first_not_of('\0') != std::string::npos;
    each_record(texts[n], [&](const found_record& r, std::size_t) {
      if (r.epoch <= out.epoch_) return;
      out.epoch_ = r.epoch;
      out.current_ = n;
    });
  }
  out.unreadable_ = out.epoch_ == 0 && something;

  auto misses = false, has_first = false;
  each_record(texts[out.current_], [&](const found_record& r, std::size_t) {
    has_first = has_first || (r.epoch == out.epoch_ && r.number == 0);
  });
  // The first record repeats what the other file holds; without it the other one still counts.
  if (out.epoch_ > 1 && !has_first)
    each_record(texts[1 - out.current_], [&](const found_record& r, std::size_t) {
      if (r.epoch == out.epoch_ - 1) take(r.record);
    });
  each_record(texts[out.current_], [&](const found_record& r, std::size_t at) {
    if (r.epoch != out.epoch_ || r.number < out.next_) return;
    misses = misses || r.number != out.next_;
    out.next_ = r.number + 1;
    out.used_ = at + r.bytes;
    take(r.record);
  });
  if (misses) problems.push_back("a part of the history's log is damaged: some minutes are lost");
  if (read_only) return out;

  for (auto n = std::size_t{0}; n < names.size(); ++n) {
    const auto there = std::min(out.sizes_[n], laid_out);
    // A disk without this much room may still have some for the first records.
    if (there < laid_out &&
        files.write(names[n], there, std::string(static_cast<std::size_t>(laid_out - there), '\0')))
      out.sizes_[n] = laid_out;
  }
  if (auto done = files.sync_all(); !done) return tl::make_unexpected(done.error());
  return out;
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
