#pragma once

#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

/// Every bound of the program in one place, each with its reason and what happens beyond it.
namespace hearth::limits {

using namespace std::chrono_literals;

// The wire.
/// Largest message accepted or sent: a 90-channel report is about 2 KB, so 100 times that.
/// Beyond: refused with a nack, counted.
inline constexpr std::size_t message_bytes = 256 * 1024;
/// Longest name, reason or sentence accepted from a peer. Beyond: the message is refused.
inline constexpr std::size_t text_bytes = 1024;
/// Longest series of prices or forecasts: a week of quarter-hours. Beyond: refused.
inline constexpr std::size_t series_slots = 7 * 96;
/// Messages acknowledged by one ack. Beyond: further acks.
inline constexpr std::size_t acks_together = 512;
/// Points of a heating curve, and of a table of COPs, that a house tells. Beyond: refused.
inline constexpr std::size_t curve_points = 64;
inline constexpr std::size_t cop_points = 256;
/// Runs of missing messages asked for at one time. Beyond: asked for later.
inline constexpr std::size_t resend_runs = 256;
/// Message ids remembered to recognise repeats; a repeat inside is acknowledged again, not
/// executed.
inline constexpr std::size_t remembered_messages = 1024;
/// Nodes remembered as told about the house. Beyond: all are forgotten and told again.
inline constexpr std::size_t remembered_peers = 16;

// The journal.
/// Disk the journal may fill. Beyond, or when the disk is full: the oldest reports go, then
/// notices, then warnings and contract reports; each loss is told to the node and is an event.
inline constexpr std::uint64_t journal_bytes = 500ULL * 1024 * 1024;
/// Readings not yet in a report reach the disk at this pace: what a power cut may cost of them.
inline constexpr duration draft_every = 25s;
/// Messages written as one group at most, so that a flood reaches the disk in steps.
inline constexpr std::size_t journal_group = 256;
/// Messages the node refused, kept with their bytes for whoever looks. Beyond: the oldest goes.
inline constexpr std::size_t quarantined_messages = 100;

// The decision log.
/// Inputs of the dispatcher waiting to be written: some minutes of a house whose disk hangs.
/// Beyond: not recorded, counted, and the gap is written into the log.
inline constexpr std::size_t recorded_waiting = 512;
/// What a decision log may fill: about two weeks of a large house. Beyond: recording stops, which
/// is an event; the house goes on.
inline constexpr std::uint64_t log_bytes = 256ULL * 1024 * 1024;
/// A log that cannot be written is tried again at this pace.
inline constexpr duration log_retry_every = 60s;
/// Longest line a reader takes: the head holds a layout of at most 1 MiB, with every letter
/// escaped. Beyond: it is no decision log.
inline constexpr std::size_t log_line_bytes = 8 * 1024 * 1024;

// The upstream link.
/// Journaled messages sent and not yet acknowledged at one time. Beyond: they wait. The window
/// begins with the first, grows with each ack and halves when one is late.
inline constexpr std::size_t send_window_first = 5;
inline constexpr std::size_t send_window = 128;
/// Messages made while the node listens that may go ahead of the backlog. Beyond: the further ones
/// join the backlog.
inline constexpr std::size_t fresh_messages = 256;
/// Bytes of one page of the backlog, so that a year of it drains through little memory.
inline constexpr std::size_t page_bytes = 1024 * 1024;
/// What a house without a usable disk keeps for the node, in memory. Beyond: as in the journal.
inline constexpr std::size_t memory_journal_messages = 4096;
inline constexpr std::size_t memory_journal_bytes = 8 * 1024 * 1024;
/// A journal that cannot be written is tried again at this pace; memory keeps what comes meanwhile.
inline constexpr duration journal_retry_every = 60s;
/// How much waits is told to the node at this pace, and when it appears.
inline constexpr duration backlog_told_every = 60s;
/// The same while nothing waits.
inline constexpr duration quiet_backlog_every = 15min;
inline constexpr duration ack_timeout = 5s;
/// A message the node never answers, however often it was sent, while it acks this many later ones
/// is set aside.
inline constexpr int overtaken_by = 50;
inline constexpr int unanswered_tries = 10;
/// A broker confirms a subscription at once; one that takes longer than this is left and tried
/// again.
inline constexpr duration setup_timeout = 30s;
/// Silence after which the peer is pinged, and after another `ack_timeout` declared gone.
inline constexpr duration ping_after_silence = 60s;
/// What a house that does not know the date adds to its times, so that a boot in 1970 lies within
/// the years a message may name.
inline constexpr duration undated_shift = std::chrono::years{40};
/// The node's clock is asked for at least this often.
inline constexpr duration ask_time_every = 15min;
inline constexpr duration reconnect_first = 2s;
inline constexpr duration reconnect_longest = 60s;
/// A downstream message sent longer ago than this, and `clock_skew`, is stale: nacked, not
/// executed.
inline constexpr duration downstream_max_age = 5min;
/// Clocks of house and node may differ by this much.
inline constexpr duration clock_skew = 30s;

// Dates.
/// No clock that shows less is right: this program is younger.
inline constexpr time_point earliest_date = std::chrono::sys_days{std::chrono::year{2024} / 1 / 1};
/// No clock that shows more is right: nobody runs this program then.
inline constexpr time_point latest_date = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};
/// A synchronised clock is followed in steps of at least this, so that its slewing makes no noise.
inline constexpr duration date_step = 500ms;
/// It must say the same so many times, a second apart, before it is followed.
inline constexpr int date_said_times = 3;
/// A node's answer that took longer says too little about its clock. Beyond: it is not used.
inline constexpr duration node_time_within = 10s;
/// Messages whose answers are timed, to read the node's clock. Beyond: the oldest is not.
inline constexpr std::size_t answers_timed = 32;
/// What the node's clock said is held against the system clock for so long: a crystal drifts by
/// less than `clock_skew` in it.
inline constexpr duration node_time_kept = 24h;
/// Jumps of a clock that nobody synchronises are told no more often.
inline constexpr duration clock_jump_told_every = 10min;

// Contracts.
inline constexpr duration contract_start_step = 300s;
inline constexpr duration contract_longest = 60min;
/// How far ahead a contract may be agreed.
inline constexpr duration contract_horizon = 48h;
inline constexpr duration contract_warn_after_end = 2min;
inline constexpr duration contract_grace = 5min;
/// What was metered may differ from what was promised by this part of it, or by this much: then the
/// contract was kept.
inline constexpr double contract_tolerance = 0.02;
inline constexpr energy contract_tolerance_least = 50 * watt_hour;
/// What may be metered too much or too little of this promise.
constexpr energy contract_tolerated(energy promised) {
  return std::max(contract_tolerance * promised, contract_tolerance_least);
}
/// A critical zone this far under its setpoint ends a contract.
inline constexpr temperature_difference contract_comfort_margin = 0.6 * kelvin;
/// No usable tank temperature for this long ends a contract.
inline constexpr duration contract_blind_after = 5min;
/// Contracts agreed ahead. Beyond: refused.
inline constexpr std::size_t contracts_pending = 64;

// Leases.
inline constexpr duration admin_lease_default = 5min;
inline constexpr duration admin_lease_longest = 24h;
/// How far ahead the grid may ask for something.
inline constexpr duration grid_horizon = 48h;
/// An emergency that takes the heat from a house; a house of wood cools by some kelvins in it.
inline constexpr duration emergency_longest = 4h;
inline constexpr duration outage_longest = 72h;
/// The grid's limit holds on without a word of the node for so long: three missed heartbeats.
inline constexpr duration limit_silence = 3 * ping_after_silence;
/// What follows in its silence lasts so long unless asked otherwise, and no longer than this.
inline constexpr duration failsafe_default = 2h;
inline constexpr duration failsafe_longest = 24h;
/// The store is filled so long before an announced outage.
inline constexpr duration precharge_ahead = 3h;

// The household.
/// A setpoint that somebody asks for lies between these: pipes stay whole, and nobody bakes.
/// Beyond: refused.
inline constexpr temperature household_coldest = celsius(5);
inline constexpr temperature household_warmest = celsius(30);
/// What a boost adds to the setpoint that holds without it, up to `household_warmest`.
inline constexpr temperature_difference boost_by = 2 * kelvin;
/// How long a wish may last: whatever is meant for longer is a schedule or the layout. Beyond:
/// refused.
inline constexpr duration setpoint_wish_longest = 7 * 24h;
inline constexpr duration boost_longest = 4h;
inline constexpr duration holiday_longest = 60 * 24h;
inline constexpr duration hands_off_longest = 24h;
/// Wishes that stand at one time, all kinds together. Beyond: refused.
inline constexpr std::size_t household_wishes = 64;
/// Entries of one zone's schedule: eight changes a day. Beyond: refused.
inline constexpr std::size_t schedule_entries = 7 * 8;
/// Bytes of the name of who asks. Beyond: refused.
inline constexpr std::size_t household_name_bytes = 64;
/// A setpoint that the household raised is no reason to give a contract up before the room has been
/// warm once, or for so long.
inline constexpr duration warming_longest = 4h;

// Control.
inline constexpr duration control_tick = 1s;
/// What waits in the mailbox of somebody who only looks on and hangs; he misses the rest. Pictures:
/// two minutes of ticks. Words: all channels of a large house change at once.
inline constexpr std::size_t pictures_untaken_most = 120;
inline constexpr std::size_t words_untaken_most = 4096;
/// How often the supervisor looks whether control still ticks, where somebody wants to know.
inline constexpr duration pulse_every = 2s;
/// Link, journal and timekeeper look at their timeouts.
inline constexpr duration housekeeping_tick = 1s;
/// A command lives this long; the dispatcher renews it after a third, so that two renewals may get
/// lost.
inline constexpr duration command_life = 30s;

// Buses and devices.
inline constexpr duration poll_every_default = 10s;
inline constexpr duration bus_timeout_default = 500ms;
/// A device waits this long for its bus before its channels say so (a bus serves others meanwhile).
inline constexpr duration bus_answer_timeout = 10s;
/// A value older than this many poll periods is stale, unless the layout says otherwise.
inline constexpr int stale_after_polls = 3;
/// Requests a driver may make in one poll, so that no device holds a bus for long.
inline constexpr std::size_t requests_per_poll = 32;
/// Messages from a broker waiting for the actor that hears it. Beyond: dropped until it has caught
/// up.
inline constexpr std::size_t heard_messages = 256;

// Supervision: one for one.
inline constexpr duration restart_first = 500ms;
inline constexpr duration restart_longest = 60s;
/// Restarts within `restart_window` after which a device is reported failed and retried slowly.
inline constexpr int restarts_allowed = 5;
inline constexpr duration restart_window = 60s;
inline constexpr duration restart_failed_every = 60s;

// Reporting.
inline constexpr duration report_every = 300s;
inline constexpr duration snapshot_every = 30s;
/// The same when nothing has switched, changed its quality or moved by `snapshot_hurry` times what
/// is noticeable since the last one.
inline constexpr duration quiet_snapshot_every = 60s;
inline constexpr double snapshot_hurry = 4;
/// Power is told at once when it changes by this part of nameplate ...
inline constexpr double power_change_fraction = 0.02;
/// ... or, where none is known, by the channel's own threshold and this part of what it was.
inline constexpr double power_change_unrated = 0.05;
/// A picture of every channel goes out this often; those in between tell what changed since. Who
/// missed it is healed by the next, and by the report of each slot.
inline constexpr duration full_snapshot_every = 15min;
/// A good channel measured within this needs no word in a snapshot when its value has not moved.
inline constexpr duration snapshot_fresh = 30s;
/// Between two power updates of a channel; what moves meanwhile stands in the next snapshot ...
inline constexpr duration power_pause = 60s;
/// ... but a jump of so many thresholds is told at once.
inline constexpr double power_jump = 4;
/// Changes of a channel's quality told in one slot: a loose contact flips with every poll. Beyond:
/// the report's samples tell them, and the next slot begins with the quality there is.
inline constexpr int quality_changes = 4;
/// Samples in one report, of all channels. Beyond: further ones are dropped, and that is an event.
inline constexpr std::size_t report_samples = 65'536;
/// The same in bytes, so that a report and its envelope always fit `message_bytes`.
inline constexpr std::size_t report_bytes = message_bytes - 16 * 1024;
/// Channels in one report or snapshot. Beyond: refused.
inline constexpr std::size_t report_channels = 16'384;
/// What may come out of compressed readings. Beyond: refused.
inline constexpr std::size_t inflated_bytes = 1024 * 1024;

/// SIGTERM to exit, actuators made safe in between.
inline constexpr duration shutdown_longest = 2s;

}  // namespace hearth::limits
