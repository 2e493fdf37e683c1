#include "actors/history/alarm_kinds.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace hearth {
namespace {

/// The house begins anew, and with it whatever is still wrong is said anew.
constexpr auto begins = std::string_view{"started"};
/// With another layout most members of the family begin anew, and whoever stays says anew what is.
constexpr auto another_layout = std::string_view{"layout-changed"};
constexpr auto member_begins = std::string_view{"actor-restarted"};
/// The one member that neither ends nor speaks anew with another layout.
constexpr auto journal = std::string_view{"journal"};

constexpr auto kinds = std::array{
    // Devices.
    alarm_kind{"channel-fault", "channel-good", "reporter",
               "A sensor or relay answers with an error.",
               "Look at its device under Devices: supply, wiring, address."},
    alarm_kind{"channel-stale", "channel-good", "reporter",
               "A sensor or relay has not been heard for longer than its values may be old.",
               "Look at its device under Devices: supply, wiring, radio range, battery."},
    alarm_kind{"channel-never", "channel-good", "reporter",
               "A sensor or relay of the layout has not been heard at all.",
               "Compare the layout with what is wired; scada probe shows what answers."},
    alarm_kind{"actuator-mismatch", "actuator-obeys", "device",
               "A relay reads back otherwise than it was commanded.",
               "See whether somebody switches it by hand; else have the relay and its wiring "
               "checked."},
    alarm_kind{"actor-died", "actor-restarted", "supervisor",
               "A part of the program ended unexpectedly and is being started again.",
               "Nothing if it runs again; else report it with the log of that minute."},
    alarm_kind{"actor-failed", "actor-restarted", "supervisor",
               "A device or a part of the program keeps failing; it is tried once a minute and the "
               "house goes on without it.",
               "Look at the device that it names; if it names none, report it with the log."},
    // Control.
    alarm_kind{"interlock", "", "", "A command was held back because it would not have been safe.",
               "Nothing if it stays a single one; else look at what its text names."},
    alarm_kind{"house-misunderstood", "house-understood", "planner",
               "The house does not behave as it was learned, so no plans are made and the timer "
               "decides.",
               "Look for a sensor that moved, a valve that was turned or a window left open; it is "
               "learned anew by itself within days."},
    // The node and the grid.
    alarm_kind{"link-down", "link-up", "upstream",
               "The node cannot be reached; the house goes on by itself and keeps what it has to "
               "say.",
               "Check the internet connection; if that works, the operator's broker is down."},
    alarm_kind{"link-misuse", "", "", "The node sent something that this house does not take.",
               "Tell the operator of the node what the text says."},
    alarm_kind{"node-silent", "", "",
               "The node fell silent while its contract runs; the contract goes on.",
               "Nothing: the house returns to its own plan when the contract is over."},
    alarm_kind{"limit-failsafe", "limit-resumed lease-ended", "dispatcher",
               "Who limits this house's power is silent, so its agreed fail-safe limit holds.",
               "Check the internet connection; the limit ends by itself."},
    alarm_kind{"contract-given-up", "", "", "A contract could not be kept and was given up.",
               "Read its reason; comfort and safety come before contracts."},
    alarm_kind{"contract-no-successor", "", "", "A contract ended and the node has sent no other.",
               "Nothing: the house returns to its own plan within minutes."},
    alarm_kind{"plain-text-link", begins, "", "The link to the node is not encrypted.",
               "Give the link an mqtts address and certificates: scada keys --help."},
    alarm_kind{"certificate-expiring", begins, "", "The certificate of the link ends soon.",
               "Renew it with scada keys before that day."},
    alarm_kind{"certificate-invalid", begins, "", "The certificate of the link is not valid.",
               "Renew it with scada keys; check the machine's date if it is a new one."},
    // The page.
    alarm_kind{"page-closed", "page-open", "portal",
               "The house has no page just now; control goes on.",
               "Read what is in its way: the port, the certificate's files, the accounts' file."},
    alarm_kind{"page-certificate-expiring", "page-certificate-renewed", "portal",
               "The certificate of the page ends soon.",
               "Renew it with scada keys and copy both files; the page takes them by itself."},
    alarm_kind{"page-certificate-invalid", "page-certificate-renewed", "portal",
               "The certificate of the page is not valid, so browsers refuse or warn of the page.",
               "Renew it with scada keys and copy both files; check the machine's date."},
    alarm_kind{"page-certificate-refused", "page-certificate-renewed", "portal",
               "The new certificate of the page cannot be used; the one before goes on.",
               "Copy the new certificate and its key again, both of the same renewal."},
    // What is kept.
    alarm_kind{"journal-failing", "journal-back", journal,
               "What is to be told to the node cannot be written to disk; memory keeps the newest.",
               "Free some space, or replace the SD card."},
    alarm_kind{"journal-damaged", "", "",
               "The journal was damaged and begun anew; what could be read was saved.",
               "If it happens again, replace the SD card or the power supply."},
    alarm_kind{"messages-dropped", "", "", "The journal is full, so the oldest reports go.",
               "Restore the link to the node, or free disk space."},
    alarm_kind{"message-damaged", "", "", "A message of the journal is not what was written.",
               "If it happens again, replace the SD card or the power supply."},
    alarm_kind{"message-too-large", "", "", "Something was too large to be told to the node.",
               "Report it with the log of that minute."},
    alarm_kind{"samples-dropped", "", "", "A report had more samples than it may hold.",
               "Poll the devices of the layout less often."},
    alarm_kind{"history-failing", "history-back", "history",
               "The history cannot be written to disk; memory keeps the newest.",
               "Free some space, or replace the SD card."},
    alarm_kind{"history-damaged", "", "",
               "A file of the history was damaged and mended or begun anew.",
               "If it happens again, replace the SD card or the power supply."},
    alarm_kind{"history-gap", "", "",
               "Part of what was measured is not in the history: there was no room for it, or it "
               "is dated before what is kept.",
               "Free some space, or replace the SD card if it has become slow; look whether the "
               "clock is right."},
    alarm_kind{"decision-log-failing", "decision-log-back", "recorder",
               "What is decided cannot be recorded; the house goes on.",
               "Free some space, or name another file with --record."},
    alarm_kind{"decision-log-full", begins, "recorder",
               "The decision log is as long as allowed and ended.",
               "Restart scada to begin a new one, or give it more with --record-limit."},
    // The program.
    alarm_kind{"layout-refused", "layout-changed", "supervisor",
               "The changed layout file was not taken because it is wrong.",
               "Correct what the text names, try it with scada check, and reload."},
    alarm_kind{"unclean-start", "", "",
               "The run before did not end in good order: a power cut or a crash.",
               "Nothing after a power cut; else report it with the log of that minute."},
    alarm_kind{"state-unwritable", begins, "", "The program cannot write into its state folder.",
               "Give the folder to the user that scada runs as, and free some space."},
    alarm_kind{"clock-disputed", "", "", "Network time and the node's clock differ.",
               "Check which network time server this machine asks."},
};

constexpr auto unknown = alarm_kind{"", "", "", "The house found something worth a look.",
                                    "Read what it says; it ends by itself after a day."};
/// Answers to somebody, who has heard them.
constexpr auto answers = std::array{std::string_view{"on-site-refused"}};

bool names(std::string_view words, std::string_view one) {
  for (auto at = words.find(one); at != std::string_view::npos; at = words.find(one, at + 1)) {
    const auto end = at + one.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' '))
      return true;
  }
  return false;
}

bool ends_something(std::string_view kind) {
  return std::ranges::any_of(kinds, [&](const alarm_kind& k) { return names(k.ended_by, kind); });
}

bool opens(const event& e) {
  if (std::ranges::find(kinds, e.kind, &alarm_kind::kind) != kinds.end())
    return e.severity != severity::info;
  return e.severity != severity::info && !ends_something(e.kind) &&
         std::ranges::find(answers, e.kind) == answers.end();
}

bool ended_by(const open_alarm& a, const event& e) {
  if (e.kind == begins) return true;
  const auto& teller = a.kind->told_by;
  if (!teller.empty() && ((e.kind == another_layout && teller != journal) ||
                          (e.kind == member_begins && e.subject == teller)))
    return true;
  return a.raised.subject == e.subject && names(a.kind->ended_by, e.kind);
}

bool replaces(const event& newer, const alarm_kind& kind, const open_alarm& older) {
  return newer.subject == older.raised.subject && !kind.ended_by.empty() &&
         kind.ended_by != begins && kind.ended_by == older.kind->ended_by;
}

/// FNV-1a, 64 bits.
std::string id_of(const event& e) {
  auto hash = std::uint64_t{14695981039346656037U};
  const auto add = [&](std::string_view bytes) {
    for (const auto c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ 0xffU) * 1099511628211U;
  };
  add(e.kind);
  add(e.subject);
  add(std::to_string(e.at.time_since_epoch().count()));
  auto text = std::array<char, 17>{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace

std::span<const alarm_kind> alarm_kinds() { return kinds; }

const alarm_kind& alarm_kind_of(std::string_view kind) {
  const auto found = std::ranges::find(kinds, kind, &alarm_kind::kind);
  return found != kinds.end() ? *found : unknown;
}

bool concerns_alarms(const event& e) {
  return e.kind == begins || e.kind == another_layout || ends_something(e.kind) || opens(e);
}

std::vector<ended_alarm> open_alarms::take(const event& said) {
  auto ended = pass(said.at);
  std::erase_if(open_, [&](open_alarm& a) {
    if (!ended_by(a, said)) return false;
    ended.push_back({std::move(a), said.at, said.text});
    return true;
  });
  if (!opens(said)) return ended;
  const auto& kind = alarm_kind_of(said.kind);
  const auto known = std::ranges::find_if(open_, [&](const open_alarm& a) {
    return a.raised.kind == said.kind && a.raised.subject == said.subject;
  });
  if (known != open_.end()) {
    known->raised.text = said.text;
    known->raised.severity = std::max(known->raised.severity, said.severity);
    known->last = said.at;
    ++known->times;
    return ended;
  }
  std::erase_if(open_, [&](open_alarm& a) {
    if (!replaces(said, kind, a)) return false;
    ended.push_back({std::move(a), said.at, said.text});
    return true;
  });
  if (open_.size() == most) {
    ended.push_back({std::move(open_.front()), said.at, {}});
    open_.erase(open_.begin());
  }
  open_.push_back({id_of(said), said, said.at, 1, &kind});
  return ended;
}

std::vector<ended_alarm> open_alarms::pass(time_point now) {
  auto ended = std::vector<ended_alarm>{};
  std::erase_if(open_, [&](open_alarm& a) {
    if (!a.kind->ended_by.empty() || now - a.last < alarm_lasts) return false;
    const auto at = a.last + alarm_lasts;
    ended.push_back({std::move(a), at, {}});
    return true;
  });
  return ended;
}

}  // namespace hearth
