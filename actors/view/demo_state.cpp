#include "actors/view/demo_state.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

constexpr std::size_t offers_kept = 64;

/// A contract's change of status, as an event to be read.
event as_event(const contract_report& c) {
  const auto bad = c.status == contract_status::refused || c.status == contract_status::given_up;
  auto text = std::string{to_text(c.status)};
  if (!c.reason.empty()) text += ": " + c.reason;
  return {bad ? severity::warning : severity::info, "contract", c.contract_id, std::move(text),
          c.at};
}

}  // namespace

demo_state::demo_state(std::shared_ptr<const layout> house, time_point start,
                       std::optional<prices> known_prices)
    : house_{std::move(house)},
      tariff_{house_->tariff, house_->timezone},
      prices_from_file_{known_prices.has_value()},
      start_{start},
      now_{start} {
  if (known_prices) tariff_.learn(*known_prices);
}

void demo_state::see(const snapshot& image) {
  image_ = image;
  if (!in_force_ || !house_->plant) return;
  in_force_->meter.advance(good<power>(house_->plant->heat_pump.power_meter), image.at);
}

void demo_state::hear(const body& by_house) {
  if (const auto* s = std::get_if<state_report>(&by_house)) charge_ = *s;
  if (const auto* c = std::get_if<contract_report>(&by_house)) on_contract(*c);
  if (const auto* e = std::get_if<event>(&by_house)) note(*e);
  if (const auto* o = std::get_if<outcome>(&by_house))
    note({o->accepted ? severity::info : severity::warning, "request", o->request_id,
          (o->accepted ? "accepted" : "refused") + (o->reason.empty() ? "" : ": " + o->reason),
          now_});
}

void demo_state::overhear(const body& by_node) {
  if (const auto* p = std::get_if<prices>(&by_node); p && !prices_from_file_) tariff_.learn(*p);
  if (const auto* c = std::get_if<contract>(&by_node)) {
    std::erase_if(offers_, [&](const contract& known) { return known.id == c->id; });
    offers_.push_back(*c);
    if (offers_.size() > offers_kept) offers_.pop_front();
  }
}

void demo_state::look(const simulated::plant& truth, time_point now) {
  now_ = std::max(now_, now);
  const auto house = truth.house_energy();
  const auto heat_pump = truth.heat_pump_energy();
  if (house_meter_) count_money(house - *house_meter_);
  if (heat_pump_meter_) count_history(heat_pump - *heat_pump_meter_);
  house_meter_ = house;
  heat_pump_meter_ = heat_pump;
  phase_ = truth.phase();
  books_ = truth.books();
  judge_comfort(truth);
}

void demo_state::take(const observations::batch& fresh) {
  // What the node offered comes before what the house says of it.
  for (const auto& b : fresh.by_node) overhear(b);
  for (const auto& b : fresh.by_house) hear(b);
  if (fresh.image) see(*fresh.image);
  link_ = fresh.traffic;
}

void demo_state::note(event e) {
  events_.push_back(std::move(e));
  if (events_.size() > events_kept) events_.pop_front();
  ++events_seen_;
}

int demo_state::contracts(contract_status s) const {
  const auto found = counts_.find(s);
  return found == counts_.end() ? 0 : found->second;
}

void demo_state::on_contract(const contract_report& said) {
  const auto ours = in_force_ && in_force_->last.contract_id == said.contract_id;
  // An offer made again is answered again.
  if (ours && said.status == contract_status::active) return;
  ++counts_[said.status];
  if (said.status != contract_status::accepted) note(as_event(said));
  if (said.status == contract_status::active) {
    const auto offer = std::ranges::find(offers_, said.contract_id, &contract::id);
    in_force_ = seen_contract{
        said, offer == offers_.end() ? std::nullopt : std::optional{*offer}, {}};
  } else if (ours) {
    ended_ = std::move(in_force_);
    ended_->last = said;
    in_force_.reset();
  }
}

void demo_state::count_money(energy more) {
  bought_ += more;
  if (const auto price = tariff_.total(now_)) spent_ += more * *price;
  else unpriced_ += more;
}

void demo_state::count_history(energy heat_pump_more) {
  const auto bin = time_point{(now_.time_since_epoch() / bin_length) * bin_length};
  if (past_.empty() || past_.back().start != bin) past_.push_back({bin, {}});
  past_.back().used += heat_pump_more;
  while (past_.front().start + history < now_) past_.pop_front();
}

void demo_state::judge_comfort(const simulated::plant& truth) {
  if (!house_->plant) return;
  const auto& zones = house_->plant->zones;
  for (std::size_t i = 0; i < std::min(zones.size(), truth.zone_count()); ++i) {
    const auto wanted = setpoint(zones[i]);
    if (!wanted) continue;
    const auto off = truth.room(i) - *wanted;
    if (!worst_ || std::abs(off.in(kelvin)) > std::abs(worst_->off.in(kelvin)))
      worst_ = {zones[i].name, off, now_};
  }
}

std::optional<temperature> demo_state::setpoint(const zone_layout& z) const {
  if (const auto* fixed = std::get_if<temperature>(&z.setpoint)) return *fixed;
  return good<temperature>(std::get<channel_id>(z.setpoint));
}

}  // namespace hearth
