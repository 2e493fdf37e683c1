#include "actors/record/flight_recorder.hpp"

namespace hearth {

void flight_recorder::keep(const recorded& item, time_point now) {
  if (closed_) return;
  lost_ += item.lost_before;
  if (!opened(now)) {
    ++lost_;
    return;
  }
  const auto lines = writer_.lines({item.input, item.decided, lost_});
  if (file_->size() + lines.size() > plan_.most_bytes) {
    closed_ = true;
    const auto size = file_->size();
    if (write(log_writer::full(now), now)) file_.reset();
    say(severity::warning, "decision-log-full",
        "the decision log is as long as allowed (" + std::to_string(size / 1024) +
            " KiB) and ends here; the house goes on. The next start begins a new one",
        now);
    return;
  }
  if (write(lines, now))
    lost_ = 0;
  else
    ++lost_;
}

void flight_recorder::end(time_point now) {
  if (!closed_ && file_) write(log_writer::end(now), now);
  // What the dispatcher decides while the others end belongs to no run.
  closed_ = true;
}

bool flight_recorder::opened(time_point now) {
  if (file_) return true;
  if (try_again_at_ && now < *try_again_at_) return false;
  auto file = plan_.open();
  if (!file) {
    try_again_at_ = now + limits::log_retry_every;
    if (!std::exchange(failing_, true))
      say(severity::warning, "decision-log-failing",
          file.error().detail + "; what is decided is not recorded until that is mended", now);
    return false;
  }
  file_ = std::move(*file);
  if (!write(writer_.head(now), now)) return false;
  if (std::exchange(failing_, false))
    say(severity::info, "decision-log-back", "what is decided is recorded again", now);
  return true;
}

bool flight_recorder::write(const std::string& lines, time_point now) {
  const auto written = file_->append(lines);
  if (written) return true;
  file_.reset();
  try_again_at_ = now + limits::log_retry_every;
  if (!std::exchange(failing_, true))
    say(severity::warning, "decision-log-failing",
        written.error().detail + "; what is decided is not recorded until that is mended", now);
  return false;
}

void flight_recorder::say(severity s, std::string kind, std::string text, time_point now) {
  events_.push_back({s, std::move(kind), "decision log", std::move(text), now});
}

}  // namespace hearth
