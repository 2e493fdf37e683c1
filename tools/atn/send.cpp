#include "actors/node/by_hand.hpp"
#include "actors/node/correspondence.hpp"
#include "actors/node/outlook.hpp"
#include "actors/node/render.hpp"
#include "protocol/limits.hpp"
#include "tools/atn/commands.hpp"
#include "tools/atn/station.hpp"

namespace hearth::atn {
namespace {

struct send_options {
  std::string site;
  std::string timeout = "5 s";
  bool acknowledge = false;

  std::string start = "now", length = "60", power, id, reason;
  std::string file, slot = "1 h";
  std::vector<double> energy, distribution, outdoor;
  std::string rank = "grid", lease, channel, value, subject;
  int severity = 2;
  std::string failsafe, failsafe_for;
};

using content = result<body>;
using writer =
    std::function<content(const send_options&, const settings&, const std::string& boot)>;

content a_contract(const send_options& o, const settings& s, const std::string& boot) {
  const auto length = duration_by_hand(o.length + " min");
  if (!length) return tl::make_unexpected(length.error());
  const auto start = start_by_hand(o.start, s.now(), *length);
  if (!start) return tl::make_unexpected(start.error());
  const auto average = power_by_hand(o.power);
  if (!average) return tl::make_unexpected(average.error());
  const auto id = o.id.empty() ? contract_id_by_hand(o.site, *start, boot) : o.id;
  return contract{id, *start, *length, *average};
}

/// What a file says of the time from `start` on, for two days.
template <class T>
content part_of(const T& all, const send_options& o, time_point start) {
  if (auto part = part_from(all, start, std::chrono::hours{48})) return *part;
  return failed(fault_code::malformed, o.file + " says nothing of " + to_iso8601(start) +
                                           "; give --start a time the file covers");
}

result<std::vector<series>> columns_of(const std::string& file,
                                       std::span<const std::string_view> names) {
  auto read = load_series(file, names);
  if (read.diagnostics.empty()) return std::move(read.columns);
  auto text = std::string{};
  for (const auto& d : read.diagnostics) text += to_text(d);
  while (text.ends_with('\n')) text.pop_back();
  return failed(fault_code::malformed, text);
}

content a_price_list(const send_options& o, const settings& s, const std::string&) {
  const auto slot = duration_by_hand(o.slot);
  if (!slot) return tl::make_unexpected(slot.error());
  const auto start = start_by_hand(o.start, s.now(), *slot);
  if (!start) return tl::make_unexpected(start.error());
  if (o.file.empty() == o.energy.empty())
    return failed(fault_code::malformed, "give either --file or --energy");
  if (!o.file.empty()) {
    const auto columns = columns_of(o.file, price_columns);
    if (!columns) return tl::make_unexpected(columns.error());
    return part_of(prices_of(*columns), o, *start);
  }
  if (!o.distribution.empty() && o.distribution.size() != o.energy.size())
    return failed(fault_code::malformed, "--distribution needs as many numbers as --energy");
  auto out = prices{*start, *slot, {}, {}};
  for (const auto p : o.energy) out.energy.push_back(p * usd_per_mwh);
  for (const auto p : o.distribution) out.distribution.push_back(p * usd_per_mwh);
  return out;
}

content a_forecast(const send_options& o, const settings& s, const std::string&) {
  const auto slot = duration_by_hand(o.slot);
  if (!slot) return tl::make_unexpected(slot.error());
  const auto start = start_by_hand(o.start, s.now(), *slot);
  if (!start) return tl::make_unexpected(start.error());
  if (o.file.empty() == o.outdoor.empty())
    return failed(fault_code::malformed, "give either --file or --outdoor");
  if (!o.file.empty()) {
    const auto columns = columns_of(o.file, weather_columns);
    if (!columns) return tl::make_unexpected(columns.error());
    return part_of(weather_of(columns->front()), o, *start);
  }
  auto out = weather{*start, *slot, {}};
  for (const auto t : o.outdoor) out.outdoor.push_back(celsius(t));
  return out;
}

content a_request(const send_options& o, const settings& s, decltype(request::wish) wish) {
  auto out = request{
      o.rank == "admin" ? authority::admin : authority::grid, std::move(wish), {}, o.reason};
  if (o.start != "now") {
    const auto start = start_by_hand(o.start, s.now(), std::chrono::hours{1});
    if (!start) return tl::make_unexpected(start.error());
    out.start = *start;
  }
  if (o.lease.empty()) return out;
  const auto lease = duration_by_hand(o.lease);
  if (!lease) return tl::make_unexpected(lease.error());
  out.lease = *lease;
  return out;
}

content a_hold(const send_options& o, const settings& s, const std::string&) {
  const auto value = value_by_hand(o.value);
  if (!value) return tl::make_unexpected(value.error());
  return a_request(o, s, hold{o.channel, *value});
}

content a_limit(const send_options& o, const settings& s, const std::string&) {
  const auto most = power_by_hand(o.power);
  if (!most) return tl::make_unexpected(most.error());
  auto out = power_limit{*most};
  if (!o.failsafe.empty()) {
    const auto failsafe = power_by_hand(o.failsafe);
    if (!failsafe) return tl::make_unexpected(failsafe.error());
    out.failsafe = *failsafe;
  }
  if (!o.failsafe_for.empty()) {
    const auto length = duration_by_hand(o.failsafe_for);
    if (!length) return tl::make_unexpected(length.error());
    out.failsafe_for = *length;
  }
  return a_request(o, s, out);
}

/// A wish that needs no more than its severity, or nothing at all.
template <class Wish>
content a_plain(const send_options& o, const settings& s, const std::string&) {
  if constexpr (requires(Wish w) { w.severity; })
    return a_request(o, s, Wish{static_cast<grid_severity>(o.severity)});
  else
    return a_request(o, s, Wish{});
}

int unanswered(const station& here, const correspondence& talk, const send_options& o, bool said) {
  if (!said)
    return complain(failed_to_reach, "no connection to the broker within " + o.timeout + " (" +
                                         here.trouble() + ")");
  if (talk.arrived())
    return complain(failed_to_reach, o.site + " has it, but did not say within " + o.timeout +
                                         " what becomes of it; see 'atn watch " + o.site + "'");
  return complain(failed_to_reach, "no answer from " + o.site + " within " + o.timeout +
                                       "; is it online? See 'atn watch " + o.site + "'");
}

int send(const settings& s, const send_options& o, const writer& write) {
  const auto patience = duration_by_hand(o.timeout);
  if (!patience) return complain(bad_usage, "--timeout: " + patience.error().detail);
  const auto boot = random_id();
  auto what = write(o, s, boot);
  if (!what) return complain(bad_usage, what.error().detail);

  auto store = std::unique_ptr<node_store>{};
  auto remembered = std::map<std::string, site_memory>{};
  if (o.acknowledge) {
    auto opened = open_store(s, false);
    if (!opened) return complain(failed_to_reach, opened.error().detail);
    store = std::move(*opened);
    if (store) {
      auto read = remembered_in(*store);
      if (!read) return complain(failed_to_reach, read.error().detail);
      remembered = std::move(*read);
    }
  }
  auto here = station{s, "send", std::move(store),
                      node{{.boot_id = boot,
                            .sites = {o.site},
                            .answers = o.acknowledge,
                            .overhears = false,
                            .dispatch = {}},
                           {},
                           std::move(remembered)}};
  const auto world = house_clock::real();
  const auto deadline = world.now() + *patience;
  auto message = std::optional<outgoing>{};
  auto talk = correspondence{{}};
  while (!stop_asked() && world.now() < deadline) {
    const auto left = std::min(deadline - world.now(), duration{100});
    for (const auto& t : here.serve(std::max(left, duration{1})).heard) {
      if (!message || !t.heard) continue;
      if (!talk.concerns(*t.heard)) continue;
      print(s.json ? json_of(t) : line_of(t));
      const auto answer = talk.hear(*t.heard);
      if (!answer) continue;
      here.disconnect();
      return answer->accepted ? ok : complain(refused, o.site + " refused: " + answer->reason);
    }
    if (message || !here.ready()) continue;
    message = here.node().compose(o.site, *what, s.now());
    talk = correspondence{message->message};
    if (here.publish(*message))
      print(s.json ? json_of(message->message, direction::down)
                   : line_of(message->message, direction::down));
    else
      message.reset();
  }
  here.disconnect();
  return unanswered(here, talk, o, message.has_value());
}

CLI::App* add(CLI::App& to, const char* name, const char* help, writer write, settings& s,
              std::shared_ptr<send_options> o, action& todo) {
  auto* command = to.add_subcommand(name, help);
  command->callback([&s, &todo, o, write = std::move(write)] {
    todo = [&s, o, write] { return send(s, *o, write); };
  });
  return command;
}

}  // namespace

void add_send(CLI::App& app, settings& s, action& todo) {
  auto* command =
      app.add_subcommand("send", "Send one house one message by hand and wait for its answer");
  auto o = std::make_shared<send_options>();
  command->add_option("SITE", o->site, "The house")->required();
  command->add_option("--timeout", o->timeout, "How long to wait for the answer")
      ->capture_default_str();
  command->add_flag(
      "--ack", o->acknowledge,
      "Acknowledge and remember what the house says meanwhile; when no 'atn run' does");
  command->require_subcommand(1);
  command->footer(
      "Prints what was sent (→) and what came back about it (←). Exit code 0 accepted, 1 no "
      "answer,\n"
      "2 wrong command line, 3 refused with the reason on stderr.\n\n"
      "Examples:\n"
      "  atn send maple-12 contract --start now --minutes 60 --power '4 kW'\n"
      "  atn send maple-12 withdraw maple-12/2026-01-15T05:00:00Z --reason 'line work'\n"
      "  atn send maple-12 prices --energy 31.5,28,140 --distribution 50,50,390\n"
      "  atn send maple-12 weather --file weather.csv\n"
      "  atn send maple-12 request hold hp.enable off --rank admin --lease '15 min'\n"
      "  atn send maple-12 request keep-alive --rank admin\n"
      "  atn send maple-12 request shed --severity 1 --start next --lease '1 h'\n"
      "  atn send maple-12 request limit '4.2 kW' --failsafe '2 kW' --lease '4 h'\n"
      "  atn send maple-12 request outage --start 2026-01-15T05:00:00Z --lease '6 h'\n"
      "  atn send maple-12 query state\n");

  auto* buy = add(*command, "contract", "Offer a dispatch contract", a_contract, s, o, todo);
  buy->add_option("--start", o->start, "now (this 5-minute step), next (full slot) or ISO 8601")
      ->capture_default_str();
  buy->add_option("--minutes", o->length, "5, 15, 30 or 60")->capture_default_str();
  buy->add_option("--power", o->power, "Average over the slot, such as '4 kW'")->required();
  buy->add_option("--id", o->id, "Name of the contract (default: made up)");

  auto* back = add(
      *command, "withdraw", "Take a contract back",
      [](const send_options& given, const settings&, const std::string&) -> content {
        return withdrawal{given.id, given.reason};
      },
      s, o, todo);
  back->add_option("ID", o->id, "Name of the contract")->required();
  back->add_option("--reason", o->reason, "One sentence for the household");

  auto* costs = add(*command, "prices", "Tell prices", a_price_list, s, o, todo);
  costs->add_option("--file", o->file, "CSV: time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh");
  costs->add_option("--energy", o->energy, "USD/MWh per slot, with commas")->delimiter(',');
  costs->add_option("--distribution", o->distribution, "USD/MWh per slot, as many")->delimiter(',');

  auto* sky = add(*command, "weather", "Tell a forecast", a_forecast, s, o, todo);
  sky->add_option("--file", o->file, "CSV: time_utc,outdoor_c");
  sky->add_option("--outdoor", o->outdoor, "°C per slot, with commas: --outdoor=-5,-4.5,0")
      ->delimiter(',');
  for (auto* list : {costs, sky}) {
    list->add_option("--start", o->start, "First slot: now, next or ISO 8601")
        ->capture_default_str();
    list->add_option("--slot", o->slot, "Length of a slot")->capture_default_str();
  }

  auto* ask = command->add_subcommand("request", "Ask for something with a rank and a lease");
  ask->require_subcommand(1);
  ask->add_option("--rank", o->rank, "admin or grid")
      ->check(CLI::IsMember({"admin", "grid"}))
      ->capture_default_str();
  ask->add_option("--lease", o->lease, "How long it shall hold (default: the rank's)");
  ask->add_option("--reason", o->reason, "One sentence for the household");
  auto* keep = add(*ask, "hold", "Hold an actuator at a value", a_hold, s, o, todo);
  keep->add_option("CHANNEL", o->channel, "Its channel, such as hp.enable")->required();
  keep->add_option("VALUE", o->value, "on, off, or a number with its unit such as '45 °C'")
      ->required();
  auto* less =
      add(*ask, "shed", "Use as little power as the severity allows", a_plain<shed>, s, o, todo);
  auto* more =
      add(*ask, "raise", "Use power, if the store can take it", a_plain<raise_load>, s, o, todo);
  for (auto* pressing : {less, more})
    pressing
        ->add_option("--severity", o->severity,
                     "1: what costs neither comfort nor a contract; 2: the margin of comfort, over "
                     "a contract; 3: emergency")
        ->check(CLI::Range(1, 3))
        ->capture_default_str();
  auto* bound = add(*ask, "limit",
                    "Bound the power of the house, whoever commands, while this node is heard "
                    "every 3 min",
                    a_limit, s, o, todo);
  bound->add_option("POWER", o->power, "At most this, such as '4.2 kW'")->required();
  bound->add_option("--failsafe", o->failsafe, "Holds when the node is silent (default: POWER)");
  bound->add_option("--failsafe-for", o->failsafe_for,
                    "How long that holds; then there is no limit (default: 2 h)");
  auto* dark = add(*ask, "outage", "Announce that there will be no power for the --lease",
                   a_plain<outage>, s, o, todo);
  for (auto* planned : {less, more, bound, dark})
    planned->add_option("--start", o->start, "now, next (full hour) or ISO 8601")
        ->capture_default_str();
  add(*ask, "keep-alive", "Renew the rank's running leases, each by its own length",
      a_plain<keep_alive>, s, o, todo);
  add(*ask, "release", "End the rank's leases now", a_plain<release>, s, o, todo);

  auto* question = add(
      *command, "query",
      "Ask for the last snapshot, the layout, the state or what a planner must know",
      [](const send_options& given, const settings&, const std::string&) -> content {
        if (given.subject == "layout") return query{query_subject::layout};
        if (given.subject == "state") return query{query_subject::state};
        if (given.subject == "standing") return query{query_subject::standing};
        return query{query_subject::snapshot};
      },
      s, o, todo);
  question->add_option("SUBJECT", o->subject, "snapshot, layout, state or standing")
      ->required()
      ->check(CLI::IsMember({"snapshot", "layout", "state", "standing"}));

  auto* pulse = add(
      *command, "heartbeat", "Say that the node is here",
      [](const send_options& given, const settings&, const std::string&) -> content {
        return heartbeat{given.id};
      },
      s, o, todo);
  pulse->add_option("--contract", o->id, "The contract in force");
}

}  // namespace hearth::atn
