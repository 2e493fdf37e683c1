"""What is broken on purpose, and the promise that must notice: see mutation_test.py.

Each mutation is a list of edits (file, exact text, text in its place). The text must stand in the file exactly once.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutation:
    name: str
    promises: tuple  # any of these finds it
    edits: tuple  # of (file, old, new)
    houses: tuple = ("simulated-house.yaml", "cabin.yaml")
    options: tuple = ()  # of scada swarm
    rare: int = 0  # a seed that found it before, of those that find it seldom: tried first


ALL = (
    # ---- the interlock and the plant
    Mutation("the interlock skips the compressor's rest", ("minimum-off",), ((
        "actors/interlock.cpp",
        "if (const auto rested = now - what.since; rested < heat_pump.min_off)",
        "if (const auto rested = now - what.since; rested < duration{0})"),)),
    Mutation("the interlock lets the compressor stop at once", ("minimum-on",), ((
        "actors/interlock.cpp",
        "if (what.running && ran < heat_pump.min_on)",
        "if (what.running && ran < duration{0})"),)),
    Mutation("the interlock lets a store get too hot, and its sensors are not asked either", ("store-too-hot",), (
        ("actors/interlock.cpp", "  if (too_hot_)\n    return replaced(", "  if (too_hot_ && blind_)\n    return replaced("),
        ("actors/local_control.cpp", "if (ends->bottom >= full)", "if (ends->bottom >= full + full_below_max * 5)"))),
    Mutation("nobody calls for heat, and nothing protects from freezing", ("frozen",), (
        ("actors/local_control.cpp", "if (*room < *wanted - zone_hysteresis) return true;",
         "if (*room < *wanted - zone_hysteresis) return false;"),
        ("actors/interlock.cpp", "return t && *t < plant.freeze_limit;", "return t && *t < celsius(-80);"))),
    Mutation("a command that expires leaves its relay closed", ("commands-die",), ((
        "actors/device.cpp",
        "if (s.live && s.live->expires <= now) s.forget();",
        "if (s.live && s.live->expires <= now) s.live.reset();"),), houses=("cabin.yaml",), rare=252),
    Mutation("a command is followed by its opposite", ("one-owner",), ((
        "actors/device.cpp", "requests = how->encode(*s.live).value_or(requests);",
        "requests = how->encode(*s.live).value_or(requests);\n      append(requests, how->make_safe(channel));"),)),
    Mutation("the plant forgets what the pipes lose", ("books",), ((
        "drivers/simulated/plant.cpp", "books_.lost_pipes += cool_pipes();", "cool_pipes();"),)),

    # ---- what is told
    Mutation("a channel that fails is not told", ("fault-told",), ((
        "actors/report_builder.cpp", "  told = p.quality;\n  if (p.quality == quality::good) {",
        "  told = p.quality;\n  if (p.quality != quality::good) return;\n  {"),)),
    Mutation("a channel that is back is not told", ("fault-cleared", "recovered"), ((
        "actors/report_builder.cpp", "    if (!first_word)\n      out.emplace_back(event{severity::info, \"channel-good\"",
        "    if (!first_word && now < started_)\n      out.emplace_back(event{severity::info, \"channel-good\""),)),
    Mutation("what a relay reads back is not compared", ("mismatch-told",), ((
        "actors/device.cpp", "if (agrees(s.live->value, *r.value)) {",
        "if (agrees(s.live->value, s.live->value)) {"),)),
    Mutation("what is said has no name", ("readable",), ((
        "actors/report_builder.cpp", "event{severity::info, \"channel-good\"", "event{severity::info, \"\""),)),
    Mutation("a clock that jumps is not told", ("fault-told",), ((
        "actors/timekeeper.cpp", "  if (jump_told_ && now - *jump_told_ < limits::clock_jump_told_every) return;",
        "  if (now - jump_told_.value_or(now) < limits::clock_jump_told_every) return;"),)),
    Mutation("an actor that died is not restarted", ("fault-cleared", "recovered", "nothing-missing"), ((
        "actors/restarts.cpp", "const auto base = failed_ ? limits::restart_failed_every : next_;",
        "const auto base = 1000 * limits::restart_failed_every;"),)),

    # ---- leases and bounds
    Mutation("a lease lasts twice as long as was asked for", ("leases-end",), ((
        "actors/grid_leases.cpp", "  made.until = now + made.length;\n  if (!wish.start)",
        "  made.until = now + 2 * made.length;\n  if (!wish.start)"),)),
    Mutation("a contract is kept after its end", ("leases-end",), ((
        "actors/contract_book.cpp", "  if (now >= active_->until) {\n    out.reports",
        "  if (now >= active_->until + 1h) {\n    out.reports"),)),
    Mutation("contracts are agreed without end", ("bounded",), ((
        "actors/contract_book.cpp", "if (pending_.size() >= limits::contracts_pending)",
        "if (pending_.size() >= 100 * limits::contracts_pending)"),), houses=("cabin.yaml",), rare=375),

    # ---- journal and link
    Mutation("what is journaled is not handed to the link", ("nothing-missing",), ((
        "protocol/link.cpp", "for (const auto& item : made.items) outbox_.add_fresh(item);",
        "for (const auto& item : made.items) (void)item;"),)),
    Mutation("of what is written together only the first is kept", ("nothing-missing",), ((
        "actors/scribe.cpp", "return j.append(entries, ends_drafts);",
        "return j.append(std::span{entries}.first(1), ends_drafts);"),)),
    Mutation("the journal is kept in memory alone", ("nothing-missing",), ((
        "actors/scribe.cpp", "  if (!open_) return false;\n  store_.reset();", "  if (open_) return false;\n  store_.reset();"),), houses=("cabin.yaml",), rare=373),
    Mutation("a link that was lost is not made again", ("recovered",), ((
        "protocol/link.cpp", "if (reconnect_at_ && now >= *reconnect_at_) {",
        "if (reconnect_at_ && now >= *reconnect_at_ + std::chrono::hours{1000}) {"),)),
    Mutation("the node takes what it has already for new", ("once",), ((
        "actors/node/boot_book.cpp", "known->second.heard.contains(e.sequence)) return verdict::repeated;",
        "known->second.heard.contains(e.sequence)) return verdict::fresh;"),)),

    # ---- the program itself
    Mutation("nonsense on the link is a crash", ("no-crash",), ((
        "protocol/inbox.cpp", "  if (!message) {\n", "  if (!message) {\n    __builtin_trap();\n"),)),
    Mutation("nonsense on the link is a hang", ("no-hang",), ((
        "protocol/inbox.cpp", "  if (!message) {\n",
        "  for (volatile auto forever = !message; forever;) {\n  }\n  if (!message) {\n"),), options=("--timeout", "10")),
)
