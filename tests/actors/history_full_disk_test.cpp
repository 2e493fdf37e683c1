#include "actors/history/historian.hpp"
#include "drivers/ports/posix_history_files.hpp"
#include "drivers/ports/sqlite_chronicle.hpp"
#include "tests/actors/houses.hpp"
#include "tests/support/files.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// A disk of 8 MB, most of which somebody else may have filled.
class small_disk {
 public:
  small_disk()
      : mounted_{::geteuid() == 0 &&
                 ::mount("none", folder_.path().c_str(), "tmpfs", 0, "size=8m") == 0} {
    if (!mounted_) MESSAGE("SKIPPED: no right to mount a small disk");
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    if (mounted_ && ::umount(folder_.path().c_str()) != 0) MESSAGE("the small disk stays");
  }
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::filesystem::path history() const { return folder_.path() / "history"; }
  [[nodiscard]] std::uint64_t room() const { return std::filesystem::space(folder_.path()).free; }
  void leave_room_of(std::uint64_t bytes) const {
    const auto filler = folder_.path() / "filler";
    std::filesystem::remove(filler);
    auto file = std::ofstream{filler};
    file << std::string(static_cast<std::size_t>(room() - bytes), 'x') << std::flush;
    REQUIRE(file);
  }
  void make_room() const { std::filesystem::remove(folder_.path() / "filler"); }

 private:
  temporary_folder folder_;
  bool mounted_;
};

/// What the living room has in the slot of this time.
float living(time_point t) { return static_cast<float>(t.time_since_epoch() / 10s % 500); }

/// A house on a disk that fills, its chronicle elsewhere.
struct cramped_house {
  cramped_house(const small_disk& disk, std::uint64_t log_bytes)
      : disk{&disk}, log_bytes{log_bytes} {
    begin();
  }
  void begin() {
    mind.reset();
    mind.emplace(house, files(), true, seen.time());
  }
  history_disk files() {
    return {[this](feed_plan plan, time_point now) -> result<std::unique_ptr<feed_store>> {
              plan.log_bytes = log_bytes;
              auto opened = open_history_files(disk->history(), history_access::write);
              if (!opened) return tl::make_unexpected(opened.error());
              return feed_store::open(std::move(*opened), plan, now);
            },
            [this] { return open_sqlite_chronicle(chronicle.file("house.chronicle")); }};
  }
  /// A picture a slot; ends early where `until` says so.
  void live(
      duration d, const std::function<bool()>& until = [] { return false; }) {
    for (const auto end = seen.time() + d; seen.time() < end && !until(); seen.pass(10s)) {
      seen.degrees(at::living, living(seen.time()));
      mind->see(seen.now());
      if (seen.time().time_since_epoch() % historian::flush_every != 0s) continue;
      mind->flush(seen.time());
      for (const auto& e : mind->take_events()) told.push_back(e.kind + " " + e.subject);
      const auto fares = mind->status(seen.time());
      if (fares.recording && fares.waiting == 0) kept_until = seen.time();
    }
  }
  /// Slots of a window that are not as they were seen, asked of the history itself.
  long wrong(time_point from, time_point to) const {
    const auto got = mind->answer(
        history_query{{"living.temp"}, from, to, bucket::interval, 10s, 0, fold::average});
    REQUIRE_MESSAGE(got, (got ? std::string{} : to_text(got.error())));
    auto out = long{0};
    for (auto n = std::size_t{0}; n < got->series[0].values.size(); ++n)
      out += got->series[0].values[n] == living(got->series[0].starts[n]) ? 0 : 1;
    return out;
  }
  /// The same, where a few thousand are asked for at once.
  long wrong_since_noon(time_point to) const {
    auto out = long{0};
    for (auto t = noon; t < to; t += 24h) out += wrong(t, std::min<time_point>(t + 24h, to));
    return out;
  }
  /// As another program finds it that opens the same folder only to read.
  void check_kept_for_others() const {
    auto opened = open_history_files(disk->history(), history_access::read);
    REQUIRE(opened);
    auto plan = feed_plan{*house->history, house->timezone};
    plan.earliest = {};
    plan.read_only = true;
    auto other = feed_store::open(std::move(*opened), plan, seen.time());
    REQUIRE_MESSAGE(other, (other ? std::string{} : to_text(other.error())));
    const auto answer =
        (*other)->ask({{"living.temp"}, noon, kept_until, bucket::interval, 10s, 0, {}});
    REQUIRE(answer);
    auto lost = 0;
    for (auto n = std::size_t{0}; n < answer->series[0].values.size(); ++n)
      lost += answer->series[0].values[n] == living(answer->series[0].starts[n]) ? 0 : 1;
    CHECK(lost == 0);
    CHECK((*other)->take_problems().empty());
    const auto report = (*other)->check(seen.time(), {});
    REQUIRE(report);
    CHECK(report->rotten == 0);
    check_files();
  }
  /// And as a program finds it that knows PHPFina alone: what is in a feed's file was measured, and
  /// no file is longer than its segment.
  void check_files() const {
    auto feeds = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{disk->history()}) {
      if (entry.path().extension() != ".dat") continue;
      CAPTURE(entry.path().string());
      CHECK(entry.file_size() <= segment_pages * page_bytes);
      CHECK(entry.file_size() % sizeof(float) == 0);
      auto beside = entry.path();
      const auto meta = meta_from(contents_of(beside.replace_extension(".meta")));
      REQUIRE(meta);
      const auto bytes = contents_of(entry.path());
      auto strange = 0;
      for (auto slot = std::size_t{0}; slot < bytes.size() / sizeof(float); ++slot) {
        const auto value = slot_from(bytes, slot);
        const auto time = time_point{std::chrono::seconds{meta->start_s + slot * meta->interval_s}};
        if (!value) continue;
        const auto is_living = entry.path().stem() == "8" && meta->interval_s == 10;
        if (time + std::chrono::seconds{meta->interval_s} <= noon || time > seen.time() ||
            (is_living && *value != living(time)))
          ++strange;
      }
      CHECK(strange == 0);
      ++feeds;
    }
    CHECK(feeds > 10);
  }

  const small_disk* disk;
  std::uint64_t log_bytes;
  std::shared_ptr<const layout> house = [] {
    auto l = small_house();
    l.history.emplace();
    return shared(std::move(l));
  }();
  temporary_folder chronicle;
  image seen{*house, noon};
  std::optional<historian> mind;
  std::vector<std::string> told;
  time_point kept_until = noon;  ///< all before was said to be on disk
};

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("a disk that fills costs the history nothing it has kept, and it goes on with room") {
  // Where it fills: in the log, or in the feeds behind a log that has its place; at any of its
  // blocks.
  for (const auto log : {std::uint64_t{64} << 10, history_log::laid_out_bytes})
    for (auto more = std::uint64_t{0}; more < 16; ++more) {
      CAPTURE(log);
      CAPTURE(more);
      const auto disk = small_disk{};
      if (!disk.mounted()) return;
      disk.leave_room_of(2 * log + (std::uint64_t{800} << 10) + more * 4096 * 5);
      auto h = cramped_house{disk, log};
      h.live(24h * 10, [&] { return !h.told.empty(); });
      REQUIRE(h.told == words{"history-failing feeds"});
      CHECK(h.kept_until > noon + 6h);
      const auto full = h.mind->status(h.seen.time());
      CHECK_FALSE(full.recording);
      CHECK(full.problem.find("No space left") != std::string::npos);
      const auto kept = h.kept_until;
      h.check_kept_for_others();
      h.live(6h);
      CHECK(h.told.size() == 1);
      CHECK(h.wrong_since_noon(h.seen.time() - 10s) == 0);
      h.check_kept_for_others();

      if (more % 2 == 1) {
        // The power goes while it is full: what was not kept is lost, and nothing else.
        h.begin();
        CHECK(h.wrong_since_noon(kept) == 0);
        h.live(1h);
        h.check_kept_for_others();
      }
      const auto began = h.seen.time();
      h.told.clear();
      disk.make_room();
      h.live(2min);
      // One that began on a full disk may have found room for its first block.
      if (more % 2 == 0) CHECK(h.told == words{"history-back feeds"});
      CHECK(h.mind->status(h.seen.time()).recording);
      h.live(12h);
      CHECK(h.told.size() <= 1);
      h.mind->end(h.seen.time());
      CHECK(h.mind->take_events().empty());
      h.begin();
      CHECK(h.mind->take_events().empty());
      CHECK(h.wrong(began - (more % 2 == 0 ? 6h : 1h), h.seen.time()) == 0);
      CHECK(h.wrong_since_noon(more % 2 == 0 ? h.seen.time() : kept) == 0);
      h.kept_until = more % 2 == 0 ? h.seen.time() : kept;
      h.check_kept_for_others();
    }
}

TEST_CASE(
    "a history that begins on a disk without room says so, and keeps all of it once there is") {
  for (const auto room : {0U, 4096U, 64U << 10, 300U << 10, 1U << 20, 2100U << 10}) {
    CAPTURE(room);
    const auto disk = small_disk{};
    if (!disk.mounted()) return;
    disk.leave_room_of(room);
    auto h = cramped_house{disk, history_log::laid_out_bytes};
    h.live(4h);
    if (!h.told.empty()) CHECK(h.told[0] == "history-failing feeds");
    CHECK(h.told.size() <= 1);
    const auto was_told = h.told;
    h.told.clear();
    disk.make_room();
    h.live(2min);
    CHECK(h.told == (was_told.empty() ? words{} : words{"history-back feeds"}));
    h.live(4h);
    h.mind->end(h.seen.time());
    h.begin();
    CHECK(h.mind->take_events().empty());
    CHECK(h.wrong_since_noon(h.seen.time()) == 0);
  }
}
