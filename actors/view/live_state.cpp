#include "actors/view/live_state.hpp"

#include "actors/view/canvas.hpp"
#include "actors/view/words.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <cmath>
#include <locale>
#include <sstream>
#include <utility>

namespace hearth {
namespace {

constexpr auto page_length = std::size_t{10};
/// A number that a person types.
constexpr auto typed_longest = std::size_t{16};

}  // namespace

std::string value_text(const measured& value) {
  if (value.unit == unit::on_off) return value.amount != 0 ? "on" : "off";
  const auto digits = std::max(0, -row_of(value.unit).told_exponent);
  const auto number = fixed(value.amount, value.unit == unit::celsius ? 1 : digits);
  if (value.unit == unit::fraction) return number;
  return number + " " + std::string{symbol(value.unit)};
}

std::optional<measured> typed_value(std::string_view text, unit in) {
  if (in == unit::on_off) {
    if (text == "on" || text == "1") return switched(true);
    if (text == "off" || text == "0") return switched(false);
    return {};
  }
  auto plain = std::string{text};
  std::ranges::replace(plain, ',', '.');
  auto words = std::istringstream{plain};
  words.imbue(std::locale::classic());
  auto amount = 0.0;
  if (!(words >> amount) || !std::isfinite(amount) || !(words >> std::ws).eof()) return {};
  return measured{amount, in};
}

live_state::live_state(std::shared_ptr<const layout> house, time_point now)
    : house_{std::move(house)}, tariff_{house_->tariff, house_->timezone}, now_{now} {}

void live_state::take(const observations::batch& fresh) {
  if (fresh.image) see(*fresh.image);
  for (const auto& said : fresh.by_house) hear(said);
}

void live_state::hear(const body& by_house) {
  if (const auto* state = std::get_if<state_report>(&by_house)) charge_ = *state;
  const auto* e = std::get_if<event>(&by_house);
  if (!e) return;
  if (e->kind == "on-site-refused") notice_ = e->subject + ": " + e->text;
  if (e->kind == "on-site-refused" || e->kind == "lease-ended")
    if (const auto c = house_->find_channel(e->subject)) held_.erase(*c);
  // Whoever knew of the leases is gone.
  if (e->kind == "actor-died" && e->subject == "dispatcher") held_.clear();
  events_.push_back(*e);
  if (events_.size() > events_kept) events_.pop_front();
}

void live_state::pass(time_point now) {
  now_ = now;
  std::erase_if(held_, [&](const auto& h) { return h.second.until <= now; });
}

std::optional<live_state::held_by_hand> live_state::held(channel_id c) const {
  const auto found = held_.find(c);
  return found == held_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<request> live_state::press(const key& pressed) {
  notice_.clear();
  if (page_ == page::number) return press_number(pressed);
  const auto is = [&](std::string_view text) { return pressed.text == text; };
  if (std::exchange(page_, page::channels) == page::help && !is("q")) return {};
  if (is("q")) over_ = true;
  if (is("?")) page_ = page::help;
  if (is(" ") || pressed.what == key::kind::enter) return act();
  if (is("r")) {
    held_.clear();
    notice_ = "nothing is held by hand any more";
    return request{authority::admin, release{}, {}, "released at the live view"};
  }
  move(pressed);
  return {};
}

void live_state::move(const key& pressed) {
  const auto last = house_->channels.empty() ? 0 : house_->channels.size() - 1;
  const auto up = [&](std::size_t by) { cursor_ -= std::min(by, cursor_); };
  const auto down = [&](std::size_t by) { cursor_ = std::min(cursor_ + by, last); };
  switch (pressed.what) {
  case key::kind::up: return up(1);
  case key::kind::down: return down(1);
  case key::kind::page_up: return up(page_length);
  case key::kind::page_down: return down(page_length);
  case key::kind::home: return up(last);
  case key::kind::end: return down(last);
  case key::kind::character:
    if (pressed.text == "k") up(1);
    if (pressed.text == "j") down(1);
    return;
  case key::kind::enter:
  case key::kind::escape:
  case key::kind::backspace: return;
  }
}

std::optional<request> live_state::act() {
  if (house_->channels.empty()) return {};
  if (!chosen().actuator) {
    notice_ = chosen().name + " can be read and not commanded";
    return {};
  }
  if (chosen().unit != unit::on_off) {
    page_ = page::number;
    typed_.clear();
    return {};
  }
  const auto by_hand = held(chosen_id());
  const auto read = image_ ? image_->good<bool>(chosen_id()) : std::nullopt;
  // What is held may not have been read back yet; a second key means the opposite all the same.
  const auto on = by_hand ? as<bool>(by_hand->value) : read;
  if (!on) {
    notice_ = chosen().name + " cannot be read, so there is no knowing what the other way is";
    return {};
  }
  return hold_at(switched(!*on));
}

std::optional<request> live_state::press_number(const key& pressed) {
  if (pressed.what == key::kind::escape) page_ = page::channels;
  if (pressed.what == key::kind::backspace && !typed_.empty()) typed_.pop_back();
  const auto plain = pressed.text.size() == 1;
  if (pressed.what == key::kind::character && plain && typed_.size() < typed_longest)
    typed_ += pressed.text;
  if (pressed.what != key::kind::enter) return {};
  page_ = page::channels;
  const auto value = typed_value(typed_, chosen().unit);
  if (value) return hold_at(*value);
  notice_ = "'" + typed_ + "' is no number";
  return {};
}

request live_state::hold_at(measured value) {
  const auto lease = limits::admin_lease_default;
  held_[chosen_id()] = {value, now_ + lease};
  return {authority::admin, hold{chosen().name, value}, lease, "by hand at the live view"};
}

}  // namespace hearth
