#include "actors/portal/household_text.hpp"
#include "actors/portal/json_answer.hpp"
#include "actors/portal/now_json.hpp"
#include "actors/portal/portal_desk.hpp"
#include "actors/portal/strict_json.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>

/// What people want of the house: leases that end by themselves, and schedules.
namespace hearth {
namespace {

using json_value = nlohmann::json;
using namespace std::string_view_literals;

constexpr std::size_t longest_name = 128;
constexpr auto hold_word = "hold"sv;
constexpr auto kinds = std::array{"setpoint"sv, "boost"sv, "holiday"sv, "hands-off"sv, hold_word};

std::int64_t seconds_of(duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

bool may_end(role who, const std::string& kind) {
  if (kind == hold_word) return who == role::installer;
  return who != role::viewer && wish_kind_from(kind);
}

json_value zones_json(const portal_desk& desk) {
  auto all = json_value::array();
  const auto& house = desk.view.house();
  if (!house.plant) return all;
  const auto& wanted = desk.wants.wanted();
  // What would hold without anybody's wish of the moment.
  const auto base = household{wanted.schedules, {}};
  for (const auto& zone : house.plant->zones) {
    const auto setpoint = [&](const household& by) {
      if (!desk.view.image()) return json_value{};
      const auto s = setpoint_for(zone, house, by, desk.view.dates(), *desk.view.image()).setpoint;
      return s ? json_value(in_c(*s)) : json_value{};
    };
    const auto why_not = why_not_steered(zone, house);
    const auto entries = wanted.schedules.find(zone.name);
    all.push_back({{"name", zone.name},
                   {"setpoint_c", setpoint(wanted)},
                   {"base_c", setpoint(base)},
                   {"controllable", !why_not},
                   {"why_not", why_not ? json_value(*why_not) : json_value{}},
                   {"schedule",
                    schedule_json(entries == wanted.schedules.end() ? std::vector<schedule_entry>{}
                                                                    : entries->second)}});
  }
  return all;
}

json_value actuators_json(const portal_desk& desk) {
  auto all = json_value::array();
  const auto& channels = desk.view.house().channels;
  for (std::uint16_t i = 0; i < channels.size(); ++i) {
    if (!channels[i].actuator) continue;
    auto value = json_value{};
    if (desk.view.image() && (*desk.view.image())[channel_id{i}].value)
      value = (*desk.view.image())[channel_id{i}].value->amount;
    all.push_back({{"channel", channels[i].name},
                   {"unit", symbol(channels[i].unit)},
                   {"value", std::move(value)}});
  }
  return all;
}

json_value limits_json() {
  auto longest_s = json_value::object();
  for (const auto word : kinds)
    if (const auto kind = wish_kind_from(word))
      longest_s[std::string{word}] = seconds_of(longest(*kind));
  longest_s["hold"] = seconds_of(limits::admin_lease_longest);
  return {{"setpoint_c",
           {limits::household_coldest.in_celsius(), limits::household_warmest.in_celsius()}},
          {"boost_k", limits::boost_by.in(kelvin)},
          {"longest_s", std::move(longest_s)}};
}

/// What somebody asks for, as it stands in the body.
struct asked_lease {
  std::string kind, zone, channel;
  std::optional<double> setpoint_c, value;
  duration length{};
};

asked_lease read_lease(strict_reader& body) {
  auto out = asked_lease{};
  out.kind = body.one_of("kind", kinds).value_or("");
  if (body.has("zone")) out.zone = body.text("zone", longest_name).value_or("");
  if (body.has("channel")) out.channel = body.text("channel", longest_name).value_or("");
  if (body.has("setpoint_c")) out.setpoint_c = body.number("setpoint_c", -100, 200);
  if (body.has("value")) out.value = body.number("value", -1e9, 1e9);
  const auto longest_s = seconds_of(limits::holiday_longest);
  out.length = std::chrono::seconds{body.integer("for_s", 1, longest_s).value_or(1)};
  if (out.kind == hold_word) {
    if (out.channel.empty()) body.complain("channel", "a hold is that of one actuator");
    if (!out.value) body.complain("value", "say what to hold it at");
    for (const auto* other : {"zone", "setpoint_c"})
      if (body.has(other)) body.complain(other, "a hold has none");
  } else if (!out.kind.empty()) {
    for (const auto* other : {"channel", "value"})
      if (body.has(other)) body.complain(other, "only a hold has one");
  }
  return out;
}

/// Which part of a wish its house objects to, as far as it can be told.
std::string field_of(const asked_lease& asked, const layout& house) {
  const auto kind = wish_kind_from(asked.kind);
  if (kind && asked.length > longest(*kind)) return "for_s";
  const auto has_setpoint = kind == wish_kind::setpoint || kind == wish_kind::holiday;
  const auto possible = asked.setpoint_c &&
                        *asked.setpoint_c >= limits::household_coldest.in_celsius() &&
                        *asked.setpoint_c <= limits::household_warmest.in_celsius();
  if (has_setpoint != asked.setpoint_c.has_value() || (has_setpoint && !possible))
    return "setpoint_c";
  return house.plant ? "zone" : "kind";
}

web_response with_kept(unsigned status, json_value body, bool kept) {
  // It stands now; that a restart would forget it is said, not hidden.
  if (!kept) body["kept"] = false;
  return json(status, body);
}

reply take_wish(portal_desk& desk, const visit& v, const asked_lease& asked) {
  auto made = household_wish{.id = desk.new_id("wish"),
                             .kind = *wish_kind_from(asked.kind),
                             .zone = asked.zone,
                             .by = v.who.name,
                             .since = v.now,
                             .until = v.now + asked.length};
  if (asked.setpoint_c) made.setpoint = celsius(*asked.setpoint_c);
  const auto what = in_words(made, desk.view.house(), desk.view.dates()) +
                    (made.zone.empty() ? "" : ", zone " + made.zone);
  if (auto why = desk.wants.wish(made, v.now)) {
    desk.door.note(v.who.name, v.asked, "lease", what + ": " + *why, false, v.people);
    return problem(422, *why, field_of(asked, desk.view.house()));
  }
  desk.door.note(v.who.name, v.asked, "lease", what, true, v.people);
  auto lease = wish_json(desk.view, made);
  lease["yours_to_end"] = true;
  const auto on_disk = desk.keep_wishes(v.now);
  return with_kept(201, std::move(lease), on_disk && desk.wants.keeps_wishes(v.now));
}

/// Its user's name has its place in what the house says of it.
std::string reason_of(const std::string& user) { return "by " + user + ", at the house's page"; }

reply ask_hold(portal_desk& desk, const visit& v, const asked_lease& asked) {
  const auto& house = desk.view.house();
  const auto channel = house.find_channel(asked.channel);
  if (!channel) return problem(422, "there is no such channel in this house", "channel");
  if (asked.length > limits::admin_lease_longest)
    return problem(422, "a hold lasts at most " + to_text(limits::admin_lease_longest), "for_s");
  const auto id = desk.new_id("hold");
  const auto value = measured{*asked.value, house[*channel].unit};
  const auto lease = json_value{{"id", id},
                                {"kind", hold_word},
                                {"zone", nullptr},
                                {"channel", asked.channel},
                                {"setpoint_c", nullptr},
                                {"value", value.amount},
                                {"by", v.who.name},
                                {"reason", reason_of(v.who.name)},
                                {"since_ms", in_ms(desk.view.dates().utc(v.now))},
                                {"until_ms", in_ms(desk.view.dates().utc(v.now + asked.length))},
                                {"yours_to_end", true}};
  return asked_of_dispatcher{
      {.rank = authority::admin,
       .wish = hold{asked.channel, value},
       .lease = asked.length,
       .reason = reason_of(v.who.name)},
      id,
      [&desk, lease, id, what = "hold " + asked.channel + " for " + to_text(asked.length),
       who = v.who.name, request = v.asked, people = v.people](const outcome* became) {
        if (!became) return no_answer_in_time();
        desk.door.note(who, request, "lease", what + ": " + became->reason, became->accepted,
                       people);
        desk.look_at_standing = true;
        if (!became->accepted) return problem(422, became->reason, "channel");
        desk.hold_by(id, who);
        return json(201, lease);
      }};
}

/// There is no word for ending one hold of several; one that ends at once takes its place.
reply end_hold(portal_desk& desk, const visit& v, const standing_wishes::held& held) {
  return asked_of_dispatcher{
      {.rank = authority::admin,
       .wish = hold{held.channel, held.value.value_or(measured{})},
       .lease = duration{1},
       .reason = "ended " + reason_of(v.who.name)},
      desk.new_id("end"),
      [&desk, channel = held.channel, who = v.who.name, request = v.asked,
       people = v.people](const outcome* became) {
        if (!became) return no_answer_in_time();
        desk.door.note(who, request, "lease-end", "hold " + channel, became->accepted, people);
        desk.look_at_standing = true;
        return became->accepted ? done_without_words() : problem(409, became->reason);
      }};
}

std::vector<schedule_entry> read_entries(strict_reader& body) {
  auto all = std::vector<schedule_entry>{};
  for (auto& row : body.objects("entries", limits::schedule_entries)) {
    auto entry = schedule_entry{};
    for (const auto day : row.integers("days", 1, 7, 7))
      entry.days[static_cast<std::size_t>(day - 1)] = true;
    const auto from = row.text("from", 5);
    const auto at = from ? time_of_day_from(*from) : std::nullopt;
    if (from && !at) row.complain("from", "a time of day is written like 06:30");
    entry.from = at.value_or(std::chrono::minutes{0});
    entry.setpoint = celsius(row.number("setpoint_c", -100, 200).value_or(0));
    all.push_back(entry);
  }
  return all;
}

}  // namespace

reply serve_control(portal_desk& desk, const visit& v) {
  auto leases = leases_json(desk.view, desk.wants.wanted(), v.now);
  for (auto& lease : leases) {
    lease["yours_to_end"] = may_end(v.who.may, lease["kind"].get<std::string>());
    if (const auto by = desk.held_by.find(lease["id"].get<std::string>()); by != desk.held_by.end())
      lease["by"] = by->second;
  }
  return json(200, {{"zones", zones_json(desk)},
                    {"leases", std::move(leases)},
                    {"actuators", actuators_json(desk)},
                    {"limits", limits_json()}});
}

reply serve_new_lease(portal_desk& desk, const visit& v) {
  auto body = strict_reader{v.asked};
  const auto asked = read_lease(body);
  if (auto wrong = body.problem()) return std::move(*wrong);
  if (asked.kind != hold_word) return take_wish(desk, v, asked);
  if (auto no = desk.door.refusal(v.asked, v.who, role::installer, v.people)) return std::move(*no);
  return ask_hold(desk, v, asked);
}

reply serve_end_lease(portal_desk& desk, const visit& v) {
  if (const auto* wish = desk.wants.find(v.place)) {
    const auto what = in_words(*wish, desk.view.house(), desk.view.dates());
    desk.wants.end(v.place);
    desk.door.note(v.who.name, v.asked, "lease-end", what, true, v.people);
    desk.keep_wishes(v.now);
    return done_without_words();
  }
  const auto& held = desk.view.standing().leases;
  const auto found = std::ranges::find(held, v.place, &standing_wishes::held::id);
  if (found == held.end()) return problem(404, "there is no such lease; it may have ended");
  if (auto no = desk.door.refusal(v.asked, v.who, role::installer, v.people)) return std::move(*no);
  return end_hold(desk, v, *found);
}

reply serve_schedule(portal_desk& desk, const visit& v) {
  auto body = strict_reader{v.asked};
  auto entries = read_entries(body);
  if (auto wrong = body.problem()) return std::move(*wrong);
  const auto count = entries.size();
  const auto* plant = desk.view.house().plant ? &*desk.view.house().plant : nullptr;
  if (!plant || std::ranges::find(plant->zones, v.place, &zone_layout::name) == plant->zones.end())
    return problem(404, "there is no such zone in this house");
  const auto why = desk.wants.schedule(v.place, std::move(entries));
  desk.door.note(v.who.name, v.asked, "schedule",
                 v.place + ": " + (why ? *why : std::to_string(count) + " entries"), !why,
                 v.people);
  if (why) return problem(422, *why, "entries");
  const auto kept = desk.keep_wishes(v.now);
  const auto& all = desk.wants.wanted().schedules;
  const auto now = all.find(v.place);
  return with_kept(
      200,
      {{"schedule", schedule_json(now == all.end() ? std::vector<schedule_entry>{} : now->second)}},
      kept);
}

}  // namespace hearth
