#include "actors/view/live_frame.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace hearth {
namespace {

constexpr auto label = ink{.dim = true};
constexpr auto strong = ink{.bold = true};
constexpr auto bar_ink = ink{.bold = true, .reversed = true};
constexpr auto good_ink = ink{.colour = 77};
constexpr auto warning_ink = ink{.colour = 214};
constexpr auto alarm_ink = ink{.colour = 203, .bold = true};
constexpr auto hand_ink = ink{.colour = 221, .bold = true};

/// Rows above the first channel: title, who is in charge, why, names of the columns.
constexpr auto rows_above = 4;
/// Fewer rows than this are for channels alone.
constexpr auto rows_with_events = 14;

constexpr auto help_text = std::array{
    "↑ ↓ k j PgUp PgDn Home End   choose a channel",
    "space, Enter                 a switch: the other way, for 5 minutes at most",
    "                             another actuator: asks for a number",
    "r                            release everything that is held by hand",
    "?                            this page",
    "q, Ctrl-C                    end; every actuator is made safe",
    "",
    "What is held by hand has the rank of admin: it stands over the grid,",
    "contracts and the house itself, and passes the interlock like everything",
    "else. What the interlock does instead is an event at the foot of the page.",
};

int width_of(std::string_view text) { return static_cast<int>(characters(text).size()); }

std::string right_aligned(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - width_of(text))), ' ') + text;
}

ink ink_of(severity s) {
  switch (s) {
  case severity::info: return {};
  case severity::warning: return warning_ink;
  case severity::alarm: return alarm_ink;
  }
  return {};
}

ink ink_of(quality q) {
  switch (q) {
  case quality::good: return good_ink;
  case quality::stale: return warning_ink;
  case quality::fault: return alarm_ink;
  case quality::never: return label;
  }
  return {};
}

/// "good", "stale", or what is wrong; a fault is marked where there are no colours, too.
std::string state_text(const point& p) {
  if (p.quality == quality::never) return "nothing yet";
  if (p.quality != quality::fault) return std::string{to_text(p.quality)};
  return "! " + std::string{p.value ? "fault" : to_text(p.value.error().code)};
}

/// "0 s", "59 s", "12 min", "3 h", "2 d".
std::string age_text(duration d) {
  using namespace std::chrono;
  const auto s = floor<seconds>(std::max(d, duration{})).count();
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min";
  if (s < 2 * 24 * 3600) return std::to_string(s / 3600) + " h";
  return std::to_string(s / (24 * 3600)) + " d";
}

/// "4:58" to go.
std::string countdown(duration left) {
  const auto s = std::chrono::ceil<std::chrono::seconds>(std::max(left, duration{})).count();
  const auto rest = std::to_string(s % 60);
  return std::to_string(s / 60) + ":" + (rest.size() < 2 ? "0" : "") + rest;
}

class live_painter {
 public:
  live_painter(const live_state& s, canvas_size size) : s_{s}, page_{size} {
    for (const auto& c : s.house().channels) name_ = std::max(name_, width_of(c.name));
    for (const auto& d : s.house().devices) device_ = std::max(device_, width_of(d.name));
    name_ = std::clamp(name_, 7, 24);
    device_ = std::clamp(device_, 6, 16);
  }

  std::vector<std::string> paint(bool colour) {
    title();
    charge();
    if (s_.shown() == live_state::page::help) {
      for (std::size_t i = 0; i < help_text.size(); ++i)
        page_.put(rows_above + static_cast<int>(i), 2, help_text[i]);
    } else {
      table();
      events();
    }
    foot();
    return page_.lines(colour);
  }

 private:
  void title() {
    page_.put(0, 0, std::string(static_cast<std::size_t>(page_.columns()), ' '), bar_ink);
    title_end_ = page_.put(0, 1, "HEARTH  " + s_.house().site + "  live", bar_ink);
    const auto right = s_.local_time() + " ";
    page_.put(0, page_.columns() - width_of(right), right, bar_ink);
  }

  void charge() {
    if (!s_.charge()) {
      page_.put(1, 1, "– nobody has decided yet", label);
      return;
    }
    const auto& c = *s_.charge();
    auto column = page_.put(1, 1, "● " + std::string{to_text(c.in_charge)},
                            c.in_charge == authority::admin ? hand_ink : strong);
    if (c.in_charge == authority::local) column = page_.put(1, column, " · " + c.mode);
    page_.put(1, column, "   since " + s_.local_time(c.since), label);
    page_.put(2, 3, c.cause, {}, page_.columns() - 4);
  }

  [[nodiscard]] int event_rows() const {
    if (page_.rows() < rows_with_events) return 0;
    return std::clamp(page_.rows() / 4, 3, 8);
  }

  void table() {
    const auto room = std::max(page_.rows() - rows_above - event_rows() - 1, 1);
    const auto all = static_cast<int>(s_.house().channels.size());
    const auto cursor = static_cast<int>(s_.cursor());
    const auto first = std::clamp(cursor - room / 2, 0, std::max(0, all - room));
    const auto last = std::min(first + room, all);
    heads();
    if (first > 0 || last < all)
      page_.put(0, title_end_,
                "   " + std::to_string(first + 1) + "–" + std::to_string(last) + " of " +
                    std::to_string(all),
                bar_ink);
    for (auto i = first; i < last; ++i)
      channel(rows_above + i - first, {static_cast<std::uint16_t>(i)}, i == cursor);
  }

  /// Columns, from the left: what matters most comes first, a narrow page loses the last.
  [[nodiscard]] int value_at() const { return 2 + name_ + 1; }
  [[nodiscard]] int state_at() const { return value_at() + 12; }
  [[nodiscard]] int age_at() const { return state_at() + 17; }
  [[nodiscard]] int hand_at() const { return age_at() + 7; }
  [[nodiscard]] int device_at() const { return hand_at() + 9; }
  [[nodiscard]] int bus_at() const { return device_at() + device_ + 1; }

  void heads() {
    constexpr auto row = rows_above - 1;
    page_.put(row, 2, "CHANNEL", label);
    page_.put(row, value_at(), right_aligned("VALUE", 11), label);
    page_.put(row, state_at(), "STATE", label);
    page_.put(row, age_at(), right_aligned("AGE", 6), label);
    page_.put(row, hand_at(), "BY HAND", label);
    page_.put(row, device_at(), "DEVICE", label);
    page_.put(row, bus_at(), "BUS", label);
  }

  void channel(int row, channel_id id, bool chosen) {
    const auto& c = s_.house()[id];
    const auto& device = s_.house()[c.device];
    const auto dressed = [&](ink with) {
      with.reversed = chosen;
      return with;
    };
    if (chosen)
      page_.put(row, 0, std::string(static_cast<std::size_t>(page_.columns()), ' '), dressed({}));
    // What can be commanded is marked, in a page without colours too.
    page_.put(row, 0, chosen ? ">" : " ", dressed(strong));
    page_.put(row, 1, c.actuator ? "*" : " ", dressed(hand_ink));
    page_.put(row, 2, c.name, dressed({}), name_);
    const auto p = s_.image() ? (*s_.image())[id] : point{};
    page_.put(row, value_at(), right_aligned(p.value ? value_text(*p.value) : "–", 11),
              dressed(p.quality == quality::good ? strong : label), 12);
    page_.put(row, state_at(), state_text(p), dressed(ink_of(p.quality)), 16);
    if (p.quality != quality::never)
      page_.put(row, age_at(), right_aligned(age_text(s_.now() - p.at), 6), dressed(label), 7);
    if (const auto by_hand = s_.held(id))
      page_.put(row, hand_at(),
                value_text(by_hand->value) + " " + countdown(by_hand->until - s_.now()),
                dressed(hand_ink), 10);
    page_.put(row, device_at(), device.name, dressed(label), device_);
    page_.put(row, bus_at(), s_.house()[device.bus].name, dressed(label));
  }

  void events() {
    const auto& all = s_.events();
    const auto room = event_rows();
    const auto top = page_.rows() - 1 - room;
    for (auto i = 0; i < std::min(room, static_cast<int>(all.size())); ++i) {
      const auto& e = all[all.size() - 1 - static_cast<std::size_t>(i)];
      page_.put(top + i, 1, s_.local_time(e.at), label);
      page_.put(top + i, 12, e.kind + " " + e.subject + ": " + e.text, ink_of(e.severity),
                page_.columns() - 13);
    }
  }

  void foot() {
    const auto row = page_.rows() - 1;
    if (s_.shown() == live_state::page::number) {
      const auto& c = s_.house().channels[s_.cursor()];
      const auto in =
          c.unit == unit::fraction ? "from 0 to 1" : "in " + std::string{symbol(c.unit)};
      page_.put(row, 1, c.name + " " + in + " for 5 min, then Enter (Esc: no): " + s_.typed() + "_",
                hand_ink);
    } else if (!s_.notice().empty()) {
      page_.put(row, 1, s_.notice(), warning_ink, page_.columns() - 2);
    } else {
      page_.put(row, 1, "↑↓ choose   space switch *   r release   ? help   q end", label);
    }
  }

  const live_state& s_;
  canvas page_;
  int name_ = 0, device_ = 0, title_end_ = 0;
};

/// As a machine reads it: on and off as 1 and 0, all digits there are.
std::string plain_number(double amount) {
  auto room = std::array<char, 32>{};
  return {room.data(), std::to_chars(room.data(), room.data() + room.size(), amount).ptr};
}

}  // namespace

std::vector<std::string> live_frame(const live_state& s, canvas_size size, bool colour) {
  return live_painter{s, size}.paint(colour);
}

std::string change_lines::head() { return "time\tchannel\tvalue\tunit\tquality\tcause\n"; }

std::string change_lines::next(const snapshot& image, const layout& house) {
  auto out = std::string{};
  if (told_.empty()) told_.resize(image.points.size());
  for (std::size_t i = 0; i < image.points.size(); ++i) {
    const auto& is = image.points[i];
    if (is.value == told_[i].value && is.quality == told_[i].quality) continue;
    told_[i] = is;
    const auto& c = house.channels[i];
    out += to_iso8601(is.at) + "\t" + c.name + "\t" +
           (is.value ? plain_number(is.value->amount) : "") + "\t" + std::string{symbol(c.unit)} +
           "\t" + std::string{to_text(is.quality)} + "\t";
    // The detail is the world's own words; a tab or a line's end in it would be another column.
    auto cause = is.value ? std::string{} : to_text(is.value.error());
    std::ranges::replace_if(
        cause, [](unsigned char c) { return c < 0x20; }, ' ');
    out += cause + "\n";
  }
  return out;
}

}  // namespace hearth
