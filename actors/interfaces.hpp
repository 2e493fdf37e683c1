#pragma once

#include "actors/history/history_words.hpp"
#include "actors/house_context.hpp"
#include "actors/household.hpp"
#include "actors/planner/heat_plan.hpp"
#include "actors/planner/plan_news.hpp"
#include "actors/record/recorded.hpp"
#include "actors/snapshot.hpp"
#include "drivers/driver.hpp"
#include "drivers/mqtt_client.hpp"
#include "drivers/web.hpp"
#include "protocol/dating.hpp"
#include "protocol/link.hpp"
#include "protocol/messages.hpp"

#include <caf/all.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

/// The table of contents of the house: every actor, every message, one line each.
///
///   port ⇄ BUS ⇄ DEVICE ─readings→ BLACKBOARD ─snapshot→ DISPATCHER ─command→ DEVICE
///                                      │                  ↑  └─statements→ REPORTER
///                                      │                  └──directives─── UPSTREAM
///                                      └─snapshot→ REPORTER ─live────────→ UPSTREAM ⇄ node
///                                                     └─journaled→ JOURNAL ─→ UPSTREAM
///   PLANNER ─plan→ DISPATCHER; it hears snapshots from the BLACKBOARD, prices and weather from
///   UPSTREAM.
///
///   DISPATCHER ─what it was given, what it decided→ RECORDER → decision log
///
///   TIMEKEEPER ─dates→ DISPATCHER, REPORTER, JOURNAL, UPSTREAM
///
///   SUPERVISOR spawns and restarts all of them and tells each where the others stand (roads).
///
///   HISTORY keeps and PORTAL shows what BLACKBOARD, REPORTER, UPSTREAM and PLANNER say; PORTAL
///   asks HISTORY for the past and passes the household's wishes to the DISPATCHER. HOME ASSISTANT
///   tells a bus. What people wish and each zone should be, PORTAL, HISTORY, PLANNER and HOME
///   ASSISTANT ask the DISPATCHER, which goes by it.
///
/// Who spawns whom and in which order: `topology.cpp`. What each does: `docs/actors/`.
namespace hearth {

namespace atom {
using poll = caf::atom_constant<caf::atom("poll")>;
using tick = caf::atom_constant<caf::atom("tick")>;
using restart = caf::atom_constant<caf::atom("restart")>;
using make_safe = caf::atom_constant<caf::atom("makesafe")>;
using farewell = caf::atom_constant<caf::atom("farewell")>;
using stop = caf::atom_constant<caf::atom("stop")>;
using done = caf::atom_constant<caf::atom("done")>;
using health = caf::atom_constant<caf::atom("health")>;
using flush = caf::atom_constant<caf::atom("flush")>;
using tell = caf::atom_constant<caf::atom("tell")>;
using pulse = caf::atom_constant<caf::atom("pulse")>;
using reload = caf::atom_constant<caf::atom("reload")>;
}  // namespace atom

// ---- messages that are not words of the wire

/// Requests of one device, carried out back to back.
using bus_batch = std::vector<bus_request>;
/// As many answers, in the same order.
using bus_answers = std::vector<result<bus_answer>>;
using readings = std::vector<reading>;

/// A wish of somebody who stands in the house, at the terminal of this program.
struct request_on_site {
  request wish;
  std::string id;
};

/// Samples of the slot in progress, taken since the draft before.
struct report_draft {
  report samples;
};

/// What of the contracts outlives the program (`kept_contracts.hpp`).
struct contracts_kept {
  std::string text;
};

/// A bus that another layout leaves as it is stands there at this place.
struct bus_relocation {
  house_context context;
  bus_id id;
};
/// The same of a device, and of its channels: each one's place before and now.
struct device_relocation {
  house_context context;
  device_id id;
  std::map<channel_id, channel_id> channels;
};

/// A layout that has been checked.
using checked_layout = std::shared_ptr<const layout>;

/// How one supervised actor fares.
struct actor_health {
  std::string name;  ///< "device hp-meter", "bus rs485", "dispatcher" …
  bool up = true;
  bool given_slow_retry = false;  ///< failed too often; retried slowly
  int restarts = 0;
};

// ---- the smallest interfaces: what one actor needs of another

/// Takes what devices measured.
using reading_sink = caf::typed_actor<caf::reacts_to<readings>>;
/// Takes frozen process images.
using snapshot_sink = caf::typed_actor<caf::reacts_to<snapshot>>;
/// Takes something to be said to the node (event, report, state, outcome …). Full: limits.hpp.
using statement_sink = caf::typed_actor<caf::reacts_to<body>>;
/// Takes a checked message of the node (contract, withdrawal, prices, weather, request, heartbeat).
using directive_sink = caf::typed_actor<caf::reacts_to<envelope>>;
/// Takes prices and weather.
using outlook_sink = caf::typed_actor<caf::reacts_to<body>>;
/// Takes when the heat pump should run.
using plan_sink = caf::typed_actor<caf::reacts_to<heat_plan>>;
/// Takes a plan and what it was made of.
using plan_news_sink = caf::typed_actor<caf::reacts_to<plan_news>>;
/// Takes what the people of the house want, as a whole.
using household_sink = caf::typed_actor<caf::reacts_to<household>>;
/// Takes a wish of somebody in the house and says what became of it.
using on_site_desk = caf::typed_actor<caf::replies_to<request_on_site>::with<outcome>>;
/// Says what stands besides local control.
using standing_desk = caf::typed_actor<caf::replies_to<atom::tell>::with<standing_wishes>>;
/// Knows the past.
using history_desk =
    caf::typed_actor<caf::replies_to<history_query>::with<result<history_answer>>,
                     caf::replies_to<chronicle_query>::with<result<chronicle_page>>,
                     caf::replies_to<moment_query>::with<result<moment_answer>>,
                     caf::replies_to<money_query>::with<result<money_answer>>,
                     caf::replies_to<atom::tell>::with<history_status>>;
/// Takes what is kept of the contracts: the journal to keep it, a new dispatcher to go on with it.
using contracts_sink = caf::typed_actor<caf::reacts_to<contracts_kept>>;
/// Takes a question of the node.
using query_sink = caf::typed_actor<caf::reacts_to<query>>;
/// Takes samples that are not yet in a report.
using draft_sink = caf::typed_actor<caf::reacts_to<report_draft>>;
/// Takes what the journal gives the link: what it has just kept, pages of the backlog, its renewal.
using journal_news_sink =
    caf::typed_actor<caf::reacts_to<link_journaled>, caf::reacts_to<link_history>,
                     caf::reacts_to<link_journal_reset>>;
/// Takes what the link wants of the journal.
using journal_desk = caf::typed_actor<caf::reacts_to<link_fetch>, caf::reacts_to<link_forget>,
                                      caf::reacts_to<link_set_aside>, caf::reacts_to<resend>,
                                      caf::reacts_to<atom::tell>>;
/// Takes what makes a date of house time.
using dating_sink = caf::typed_actor<caf::reacts_to<dating>>;
/// Takes what the node's clock said.
using node_time_sink = caf::typed_actor<caf::reacts_to<node_time>>;
/// Takes setpoints.
using command_sink = caf::typed_actor<caf::reacts_to<command>>;
/// Takes what the dispatcher was given and what it decided; answers when that is written.
using record_sink = caf::typed_actor<caf::replies_to<recorded>::with<atom::done>>;
/// Takes what a bus says unasked.
using heard_sink = caf::typed_actor<caf::reacts_to<bus_message>>;

// ---- the actors
// One message a line, each after its English.
// clang-format off

/// Which device wants to hear what on its bus. A later one of the same device replaces it.
struct listener {
  device_id device;
  heard_sink actor;
  std::vector<std::string> topics;
};

/// BUS: owns one port; the only actor that may block. Waiting batches are bounded because each
/// device has at most one poll and one command under way; commands overtake polls.
using bus_actor = caf::typed_actor<
    // Carry out a batch; after the first silence the rest is answered alike, untried.
    caf::replies_to<bus_batch>::with<bus_answers>,
    // From now on pass what is said on these topics to this device.
    caf::reacts_to<listener>,
    // The layout is another one; whoever listens says so anew.
    caf::reacts_to<bus_relocation>,
    // INTERNAL: the port heard something.
    caf::reacts_to<bus_message>,
    // INTERNAL: end now; an exit message only starts a short wait for the devices' last wills.
    caf::reacts_to<atom::farewell>>;

/// Where the permanent actors can be reached now. Sent to all whenever one was (re)started.
struct roads {
  reading_sink blackboard;
  snapshot_sink dispatcher;
  directive_sink dispatcher_directives;
  snapshot_sink reporter;
  statement_sink reporter_statements;
  query_sink reporter_queries;
  node_time_sink timekeeper;
  dating_sink dispatcher_dates;
  dating_sink reporter_dates;
  plan_sink dispatcher_plans;
  contracts_sink dispatcher_contracts;
  snapshot_sink planner;              ///< null in a house that plans nothing, and so the next three
  outlook_sink planner_outlook;
  query_sink planner_queries;
  dating_sink planner_dates;
  statement_sink journal;             ///< null in a house without a node, and so the next seven
  contracts_sink journal_contracts;
  draft_sink journal_drafts;          ///< null in a house without a disk, too
  journal_desk journal_of_link;
  dating_sink journal_dates;
  statement_sink upstream;
  journal_news_sink upstream_journal;
  dating_sink upstream_dates;
  record_sink recorder;               ///< null where nothing is recorded
  household_sink dispatcher_household;
  on_site_desk dispatcher_on_site;
  standing_desk dispatcher_standing;
  snapshot_sink history;              ///< null where nothing is kept, and so the next four
  statement_sink history_statements;  ///< besides what the house says: prices and weather
  plan_news_sink history_plans;
  dating_sink history_dates;
  history_desk past;
  snapshot_sink portal;               ///< null in a house without a page, and so the next three
  statement_sink portal_statements;   ///< besides what the house says: prices and weather
  plan_news_sink portal_plans;
  dating_sink portal_dates;
  snapshot_sink home_assistant;       ///< null in a house that tells it nothing, and so the next
  statement_sink home_assistant_statements;
  snapshot_sink snapshot_observer;    ///< null, or who watches (live view, portal, test)
  statement_sink statement_observer;  ///< null, or who watches
};

/// DEVICE: one driver in time. Makes safe at start, polls, carries out commands, reads back,
/// makes safe when a command dies or the actor does.
using device_actor = caf::typed_actor<
    // INTERNAL: read every channel once; re-armed when the answers are in.
    caf::reacts_to<atom::poll>,
    // Carry out one setpoint; what became of it comes back as a reading. Newest per channel wins.
    caf::reacts_to<command>,
    // INTERNAL: a command may have died.
    caf::reacts_to<atom::tick>,
    // The bus heard the device speak unasked.
    caf::reacts_to<bus_message>,
    // Bring every actuator into its fail-safe state and confirm.
    caf::replies_to<atom::make_safe>::with<atom::done>,
    // The layout is another one, the device is not: nothing moves.
    caf::reacts_to<device_relocation>,
    // The bus stands here now.
    caf::reacts_to<bus_actor>,
    // The others stand here now.
    caf::reacts_to<roads>>;

/// BLACKBOARD: the latest reading of each channel; sole maker of snapshots.
using blackboard_actor = caf::typed_actor<
    // Newest per channel wins; an older one than known is dropped.
    caf::reacts_to<readings>,
    // INTERNAL: freeze a snapshot and hand it to dispatcher, reporter and observers.
    caf::reacts_to<atom::tick>,
    // The last snapshot, for a successor.
    caf::replies_to<atom::farewell>::with<snapshot>,
    caf::reacts_to<roads>>;

/// TIMEKEEPER: finds out what the date is and tells it whenever it learns better. House time, in
/// which all others live, it does not touch.
using timekeeper_actor = caf::typed_actor<
    // The node's clock was heard.
    caf::reacts_to<node_time>,
    // INTERNAL: look at the system clock.
    caf::reacts_to<atom::tick>,
    caf::reacts_to<roads>>;

/// PLANNER: looks at the house and ahead, learns from both, and says every quarter of an hour when
/// the heat pump should run for two days. The house goes on without it, by its last plan and then
/// without any.
using planner_actor = caf::typed_actor<
    // See the house as it is; plan, if it is time.
    caf::reacts_to<snapshot>,
    // Prices and weather of the node.
    caf::reacts_to<body>,
    // The node asks how the house stands.
    caf::reacts_to<query>,
    // The date is this from now on.
    caf::reacts_to<dating>,
    caf::reacts_to<roads>>;

/// One device that can be commanded, and where.
struct device_road {
  device_id device;
  command_sink actor;
};

/// DISPATCHER: ranks who asks, decides on one snapshot, passes every command through the
/// interlock, and is the only sender of commands.
using dispatcher_actor = caf::typed_actor<
    // Decide.
    caf::reacts_to<snapshot>,
    // A wish of the node: ranked, answered, never executed as such. Its times are in UTC.
    caf::reacts_to<envelope>,
    // A wish of somebody in the house: ranked, never executed as such.
    caf::replies_to<request_on_site>::with<outcome>,
    // What the people of the house want of it from now on.
    caf::reacts_to<household>,
    // What stands now besides local control.
    caf::replies_to<atom::tell>::with<standing_wishes>,
    // The date is this from now on.
    caf::reacts_to<dating>,
    // A device that can be commanded stands here now.
    caf::reacts_to<device_road>,
    // Local control follows this from now on.
    caf::reacts_to<heat_plan>,
    // What a former program agreed to goes on.
    caf::reacts_to<contracts_kept>,
    // How many snapshots have been decided on.
    caf::replies_to<atom::pulse>::with<std::uint64_t>,
    // Decide nothing more; what is left goes to a successor.
    caf::replies_to<atom::farewell>::with<dispatcher::heritage>,
    caf::reacts_to<roads>>;

/// RECORDER: writes what the dispatcher is given and what it decides, so that it can be replayed. May
/// block on its disk, so it has a thread of its own. Full: the dispatcher hands it at most
/// `limits::recorded_waiting` unanswered, the rest is a gap in the log.
using recorder_actor = caf::typed_actor<
    // Write this down.
    caf::replies_to<recorded>::with<atom::done>,
    // The run ends in good order.
    caf::replies_to<atom::farewell>::with<atom::done>,
    caf::reacts_to<roads>>;

/// REPORTER: turns snapshots into reports, power and snapshot messages; passes statements on;
/// writes events to the log.
using reporter_actor = caf::typed_actor<
    caf::reacts_to<snapshot>,
    // Something to be said; events are logged as well.
    caf::reacts_to<body>,
    // The node asks for the layout, the last snapshot or the state.
    caf::reacts_to<query>,
    // Hand over what the unfinished report has.
    caf::replies_to<atom::farewell>::with<atom::done>,
    // The date is this from now on: slots are aligned to it.
    caf::reacts_to<dating>,
    caf::reacts_to<roads>>;

/// JOURNAL: numbers what must not be lost, writes it to disk, and only then hands it to UPSTREAM;
/// forgets it when the node has it. May block on its disk, so it has a thread of its own. Full: by
/// class and age, see `limits::journal_bytes`.
using journal_actor = caf::typed_actor<
    // Keep this until the node has it.
    caf::reacts_to<body>,
    // Keep these samples until their report comes.
    caf::reacts_to<report_draft>,
    // Keep this for the next dispatcher, with whatever is written next.
    caf::reacts_to<contracts_kept>,
    // The next page of what waits.
    caf::reacts_to<link_fetch>,
    // The node has these.
    caf::reacts_to<link_forget>,
    // The node will never take this one.
    caf::reacts_to<link_set_aside>,
    // The node misses these.
    caf::reacts_to<resend>,
    // Tell the node how much waits.
    caf::reacts_to<atom::tell>,
    // The date is this from now on: what waited for it gets one.
    caf::reacts_to<dating>,
    // INTERNAL: write what has gathered, as one group.
    caf::reacts_to<atom::flush>,
    // INTERNAL: losses to be told, a failed disk to be tried again.
    caf::reacts_to<atom::tick>,
    // Everything said so far is on disk when this is answered.
    caf::replies_to<atom::farewell>::with<atom::done>,
    caf::reacts_to<roads>>;

/// UPSTREAM: the link machine on a real connection. Live messages: newest wins, never queued; of
/// the journaled ones it holds a window and a page, the rest stays in the journal.
using upstream_actor = caf::typed_actor<
    // Say this live message to the node.
    caf::reacts_to<body>,
    // On disk since now: send it ahead of the backlog.
    caf::reacts_to<link_journaled>,
    // A page of the backlog.
    caf::reacts_to<link_history>,
    // The journal became another one.
    caf::reacts_to<link_journal_reset>,
    // The date is this from now on.
    caf::reacts_to<dating>,
    // INTERNAL: the connection says something.
    caf::reacts_to<mqtt_event>,
    // INTERNAL: timeouts of the link machine.
    caf::reacts_to<atom::tick>,
    // Say that the house goes offline, then disconnect.
    caf::replies_to<atom::farewell>::with<atom::done>,
    caf::reacts_to<roads>>;

/// HISTORY: keeps every channel as a feed, and what was said, planned and decided as a chronicle;
/// answers what is asked of the past. Blocks on its disk, so it has a thread of its own. Full, or
/// without a disk: what is newest is kept in memory within `limits`, the rest is lost and told.
using history_actor = caf::typed_actor<
    // See the house as it is.
    caf::reacts_to<snapshot>,
    // Hear what the house says, and the node's prices.
    caf::reacts_to<body>,
    // A plan was made.
    caf::reacts_to<plan_news>,
    // The date is this from now on.
    caf::reacts_to<dating>,
    // INTERNAL: write what has gathered; roll up what has aged.
    caf::reacts_to<atom::flush>,
    // Feeds within a window, folded into buckets.
    caf::replies_to<history_query>::with<result<history_answer>>,
    // What was said, decided and planned, newest first.
    caf::replies_to<chronicle_query>::with<result<chronicle_page>>,
    // What the controller knew at a second.
    caf::replies_to<moment_query>::with<result<moment_answer>>,
    // What it cost.
    caf::replies_to<money_query>::with<result<money_answer>>,
    // How the history fares.
    caf::replies_to<atom::tell>::with<history_status>,
    // Everything seen so far is on disk when this is answered.
    caf::replies_to<atom::farewell>::with<atom::done>,
    caf::reacts_to<roads>>;

/// PORTAL: the house's page: who may see and do what, and the answers. Has a thread of its own, as
/// has its server. Full: the server refuses (`web_bounds`), nobody else notices.
using portal_actor = caf::typed_actor<
    // See the house as it is.
    caf::reacts_to<snapshot>,
    // Hear what the house says, and the node's prices and weather.
    caf::reacts_to<body>,
    // A plan was made.
    caf::reacts_to<plan_news>,
    // The date is this from now on.
    caf::reacts_to<dating>,
    // INTERNAL: somebody's browser asks.
    caf::reacts_to<web_request>,
    // INTERNAL: leases end, streams are told, sessions expire.
    caf::reacts_to<atom::tick>,
    // Stop listening; what was promised is on disk when this is answered.
    caf::replies_to<atom::farewell>::with<atom::done>,
    caf::reacts_to<roads>>;

/// HOME ASSISTANT: tells it, over a bus of the house, which sensors and zones there are and how
/// they stand. It hears nothing from it.
using home_assistant_actor = caf::typed_actor<
    // See the house as it is.
    caf::reacts_to<snapshot>,
    // Hear who is in charge.
    caf::reacts_to<body>,
    // The bus stands here now.
    caf::reacts_to<bus_actor>,
    caf::reacts_to<roads>>;

/// OBSERVER: keeps what it sees and hears for a watcher on another thread (the live view). Full:
/// the newest snapshot and the newest words stay.
using observer_actor = caf::typed_actor<
    // See the house as it is.
    caf::reacts_to<snapshot>,
    // Hear what the house says to the node.
    caf::reacts_to<body>>;

/// SUPERVISOR: spawns everything, one for one; a device that keeps failing is reported and
/// retried slowly, the house never stops for it.
using supervisor_actor = caf::typed_actor<
    // INTERNAL: the back-off of the actor with this name is over.
    caf::reacts_to<atom::restart, std::string>,
    // Something to be said by the house, from outside the family.
    caf::reacts_to<body>,
    // A wish of somebody in the house, for the dispatcher of the moment.
    caf::reacts_to<request_on_site>,
    // INTERNAL: look whether control still ticks.
    caf::reacts_to<atom::pulse>,
    // The same house by another layout: what differs begins anew, all else stays as it is. Says what
    // that is, in words.
    caf::replies_to<checked_layout>::with<std::vector<std::string>>,
    // INTERNAL: who had to end for it has had the time to.
    caf::reacts_to<atom::reload>,
    // Make every actuator safe, say goodbye, end all. Answers within `limits::shutdown_longest`.
    caf::replies_to<atom::stop>::with<atom::done>,
    caf::replies_to<atom::health>::with<std::vector<actor_health>>>;

// clang-format on
}  // namespace hearth

// Messages stay inside the process (the wire is Protobuf, see decision 0001), so CAF needs no
// way to serialize them.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::bus_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::bus_answers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::request_on_site)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::bus_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::listener)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::readings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::body)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::envelope)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::dating)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::node_time)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::mqtt_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::roads)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::recorded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::contracts_kept)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::report_draft)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::resend)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::link_fetch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::link_forget)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::link_set_aside)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::link_journaled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::link_history)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::link_journal_reset)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::device_road)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::heat_plan)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<hearth::actor_health>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::dispatcher::heritage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::bus_relocation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::device_relocation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::checked_layout)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::household)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::standing_wishes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::plan_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::web_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::history_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::chronicle_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::moment_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::money_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::history_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::result<hearth::history_answer>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::result<hearth::chronicle_page>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::result<hearth::moment_answer>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hearth::result<hearth::money_answer>)
