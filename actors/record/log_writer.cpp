#include "actors/record/log_writer.hpp"

#include "actors/node/render.hpp"
#include "actors/record/log_words.hpp"
#include "protocol/codec.hpp"
#include "protocol/limits.hpp"

namespace hearth {
namespace {

using log_words::json;

json begin_line(time_point at) { return {{"at", at.time_since_epoch().count()}}; }

/// What became of one channel: [channel, age], with the value if that is new, with quality and its
/// age if those are. Nothing if it is as it was.
json changes_of(channel_id c, const point& is, const point* was, unit u, time_point now) {
  if (was && is == *was) return {};
  auto out = json::array({c.value, (now - is.at).count()});
  const auto same_quality = was && is.quality == was->quality && is.since == was->since;
  if (same_quality && is.value == was->value) return out;
  out.push_back(log_words::of(is.value, u));
  if (same_quality) return out;
  out.push_back(to_text(is.quality));
  out.push_back((now - is.since).count());
  return out;
}

}  // namespace

void log_writer::forget() {
  points_.reset();
  orders_.clear();
}

std::string log_writer::head(time_point now) {
  forget();
  auto channels = json::array();
  for (const auto& c : house_->channels) channels.push_back(json::array({c.name, symbol(c.unit)}));
  auto head = json{{"hearth", "decision log"},
                   {"version", log_words::version},
                   {"at", now.time_since_epoch().count()},
                   {"program", HEARTH_VERSION},
                   {"site", house_->site},
                   {"boot", boot_id_},
                   {"time_zone", house_->timezone},
                   {"control_ms", house_->pace.control.count()},
                   {"housekeeping_ms", house_->pace.housekeeping.count()},
                   {"tariff", log_words::of(house_->tariff)},
                   {"channels", std::move(channels)},
                   {"layout_sha256", house_->hash},
                   {"layout", house_->text}};
  return log_words::line_of(head);
}

std::string log_writer::lines(const recorded& item) {
  const auto at = at_of(item.input);
  auto text = std::string{};
  if (item.lost_before > 0) {
    forget();
    auto gap = begin_line(at);
    gap["lost"] = item.lost_before;
    text = log_words::line_of(gap);
  }
  auto line = begin_line(at);
  if (std::holds_alternative<dispatcher_begun>(item.input)) {
    forget();
    line["begin"] = true;
  } else if (const auto* seen = std::get_if<snapshot>(&item.input)) {
    auto& see = line["see"] = json::array();
    for (std::size_t i = 0; i < seen->points.size(); ++i) {
      const auto c = channel_id{static_cast<std::uint16_t>(i)};
      const auto* was = points_ ? &(*points_)[i] : nullptr;
      auto changed = changes_of(c, seen->points[i], was, (*house_)[c].unit, at);
      if (!changed.is_null()) see.push_back(std::move(changed));
    }
    points_ = seen->points;
  } else if (const auto* heard = std::get_if<directive_heard>(&item.input)) {
    const auto& what = heard->directive.body;
    line["hear"] = std::string{kind_of(what)} + " " + text_of(what);
    line["wire"] = log_words::hex_of(encode(heard->directive));
  } else if (const auto* asked = std::get_if<asked_on_site>(&item.input)) {
    line["on_site"] = text_of(body{asked->wish});
    line["wire"] = log_words::hex_of(
        encode({house_->site, boot_id_, 0, asked->id, limits::earliest_date, "", asked->wish}));
  } else if (const auto* told = std::get_if<dates_told>(&item.input)) {
    line["dates"] = {{"offset_ms", told->dates.offset.count()},
                     {"trust", to_text(told->dates.trust)},
                     {"source", to_text(told->dates.source)}};
  } else if (const auto* back = std::get_if<device_returned>(&item.input)) {
    line["returned"] = (*house_)[back->device].name;
  } else if (std::holds_alternative<reporter_returned>(item.input)) {
    line["retell"] = true;
  } else if (const auto* former = std::get_if<contracts_taken_up>(&item.input)) {
    line["contracts"] = former->kept;
  } else if (const auto* made = std::get_if<plan_made>(&item.input)) {
    line["plan"] = log_words::of(made->plan);
  } else if (const auto* lived = std::get_if<household_told>(&item.input)) {
    line["household"] = log_words::of(lived->wanted);
  }
  for (const auto& c : item.decided.commands) {
    auto order = log_words::of(c, *house_, at);
    auto words = order.dump(-1, ' ', false, json::error_handler_t::replace);
    auto& before = orders_[c.target];
    if (before == words) {
      line["again"].push_back(c.target.value);
      continue;
    }
    before = std::move(words);
    line["order"].push_back(std::move(order));
  }
  for (const auto& s : item.decided.statements) line["say"].push_back(log_words::of(s));
  return text + log_words::line_of(line);
}

std::string log_writer::end(time_point now) {
  auto line = begin_line(now);
  line["end"] = true;
  return log_words::line_of(line);
}

std::string log_writer::full(time_point now) {
  auto line = begin_line(now);
  line["full"] = true;
  return log_words::line_of(line);
}

}  // namespace hearth
