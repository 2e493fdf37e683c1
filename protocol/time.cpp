#include "protocol/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace hearth {
namespace {

/// Takes exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  auto value = 0;
  const auto* end = text.data() + digits;
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.front() == '-') return {};
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<duration> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return duration{0};
  auto sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
  if (sign == 0) return {};
  auto hours = take_number(text, 2);
  take(text, ':');
  auto minutes = take_number(text, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return {};
  return sign * (std::chrono::hours{*hours} + std::chrono::minutes{*minutes});
}

/// ".25" → 250 ms; digits past the third are dropped.
duration take_fraction(std::string_view& text) {
  auto fraction = duration{0};
  if (!take(text, '.')) return fraction;
  for (auto place = 100; !text.empty() && text.front() >= '0' && text.front() <= '9';
       place /= 10, text.remove_prefix(1))
    fraction += duration{(text.front() - '0') * place};
  return fraction;
}

}  // namespace

std::string to_iso8601(time_point t) {
  using namespace std::chrono;
  const auto day = floor<days>(t);
  const auto date = year_month_day{day};
  const auto clock = hh_mm_ss{t - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()}, int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  auto out = std::string{text.data()};
  if (clock.subseconds().count() != 0) {
    std::snprintf(text.data(), text.size(), ".%03d", int(clock.subseconds().count()));
    out += text.data();
  }
  return out + "Z";
}

std::optional<time_point> from_iso8601(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_number(text, 4);
  if (!y || !take(text, '-')) return {};
  const auto m = take_number(text, 2);
  if (!m || !take(text, '-')) return {};
  const auto d = take_number(text, 2);
  if (!d) return {};
  const auto date = year{*y} / month{static_cast<unsigned>(*m)} / day{static_cast<unsigned>(*d)};
  if (!date.ok()) return {};
  const auto midnight = time_point{sys_days{date}};
  if (text.empty()) return midnight;
  if (!take(text, 'T') && !take(text, ' ')) return {};
  const auto h = take_number(text, 2);
  if (!h || *h > 23 || !take(text, ':')) return {};
  const auto min = take_number(text, 2);
  if (!min || *min > 59) return {};
  auto s = std::optional<int>{0};
  auto fraction = duration{0};
  if (take(text, ':')) {
    s = take_number(text, 2);
    if (!s || *s > 59) return {};
    fraction = take_fraction(text);
  }
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return {};
  return midnight + hours{*h} + minutes{*min} + seconds{*s} + fraction - *zone;
}

std::string to_text(duration d) {
  using namespace std::chrono;
  if (d < duration{0}) return "-" + to_text(-d);
  if (d < seconds{1}) return std::to_string(d.count()) + " ms";
  const auto total = floor<seconds>(d).count();
  const auto hour = total / 3600;
  const auto minute = total % 3600 / 60;
  const auto second = total % 60;
  auto text = std::string{};
  const auto add = [&](long long amount, const char* name) {
    if (amount == 0) return;
    if (!text.empty()) text += ' ';
    text += std::to_string(amount) + " " + name;
  };
  add(hour, "h");
  add(minute, "min");
  if (hour == 0) add(second, "s");
  return text;
}

}  // namespace hearth
