"""Which rule and which lease is broken on purpose, and the unit test that must notice: see rule_mutation_test.py.

The text must stand in the file exactly once; the test is a pattern of doctest's --test-case.
"""

from mutations import Mutation

EVERYWHERE = "in every state that can be reached *"
TABLE = "in every world and for every rank *"
OVER = "what has reached its end is over*"
MOVES = "what the grid asks moves as its drawing says*"
CHARGE = "whoever asks and whatever the house is like*"
SILENCE = "silence of the node means nothing but to a limit*"
LOCK = "actors/interlock.cpp"
LEASES = "actors/leases.cpp"
GRID = "actors/grid_leases.cpp"
ANSWER = "actors/grid_response.cpp"
CONTRACTS = "actors/contract_book.cpp"
BOOK = "actors/book.cpp"
DRAWN = "a contract moves as its drawing says*"
AWAY = "a house that was away goes on*"
HOUSEHOLD = "actors/household.cpp"
STEWARD = "actors/steward.cpp"
DISPATCHER = "actors/dispatcher.cpp"


def broken(name, tests, file, old, new):
    return Mutation(name, tests if isinstance(tests, tuple) else (tests,), ((file, old, new),))


ALL = (
    # ---- each rule of the interlock
    broken("what is no actuator is commanded", "rule not_an_actuator*", LOCK,
           "|| !(*house_)[wanted.target].actuator)", ")"),
    broken("a command that is dead on arrival passes", ("rule expired*", TABLE, EVERYWHERE), LOCK,
           "if (wanted.expires <= now.at)", "if (wanted.expires < now.at - an_hour)"),
    broken("the heat pump heats a store that is too hot", ("rule store_too_hot*", TABLE, EVERYWHERE), LOCK,
           "if (too_hot_)\n", "if (too_hot_ && blind_)\n"),
    broken("a store that is too hot is forgotten at once", ("rule store_too_hot*", EVERYWHERE), LOCK,
           "plant.store->max - too_hot_band", "plant.store->max"),
    broken("the compressor runs on without its pump", ("rule pump_stopped*", TABLE, EVERYWHERE), LOCK,
           "what.running && pump == flow::stopped", "!what.running && pump == flow::stopped"),
    broken("nothing protects from freezing", ("rule freezing*", TABLE, EVERYWHERE), LOCK,
           "return t && *t < plant.freeze_limit;", "return t && *t < celsius(-80);"),
    broken("freezing starts a compressor that must rest", ("rule minimum_off*", TABLE, EVERYWHERE), LOCK,
           "if (freezing(now) && !rest)", "if (freezing(now))"),
    broken("a pump that is held off stays off in a house that freezes", ("rule freezing*", EVERYWHERE), LOCK,
           "if ((is_pump || is_call(", "if ((is_call("),
    broken("a blind heat pump runs", ("rule blind*", TABLE, EVERYWHERE), LOCK,
           "  if (blind_)\n", "  if (blind_ && too_hot_)\n"),
    broken("a minimum run time stands over the electrical limit", ("rule electrical_limit*", TABLE, EVERYWHERE), LOCK,
           "if (exceeds(house_->plant->electrical_limit, now, what.running))",
           "if (wanted.value.amount != 0 && exceeds(house_->plant->electrical_limit, now, what.running))"),
    broken("the grid's limit does not bind an admin", ("rule grid_limit*", TABLE, EVERYWHERE), LOCK,
           "if (exceeds_grid_limit(now, what.running))",
           "if (wanted.source != authority::admin && exceeds_grid_limit(now, what.running))"),
    broken("the compressor starts without its rest", ("rule minimum_off*", TABLE, EVERYWHERE), LOCK,
           "rested < heat_pump.min_off)", "rested < duration{0})"),
    broken("starts are counted for half an hour", ("rule starts_per_hour*", EVERYWHERE), LOCK,
           "now - starts_.front() < an_hour)", "now - starts_.front() < an_hour / 2)"),
    broken("starts are counted only where they are read back", ("rule starts_per_hour*", EVERYWHERE), LOCK,
           "if (running && !was_running_) starts_.push_back(now);",
           "if (running && !was_running_ && !ordered_) starts_.push_back(now);"),
    broken("the compressor starts before its pump is seen", ("rule pump_first*", TABLE, EVERYWHERE), LOCK,
           "  if (pump != flow::seen)\n", "  if (pump == flow::stopped)\n"),
    broken("an old reading of the pump is believed", "rule pump_first*", LOCK,
           "(pump_ordered_->on && read_at >= pump_ordered_->at)", "(pump_ordered_->on && read_at > time_point{})"),
    broken("the compressor stops at once", ("rule minimum_on*", TABLE, EVERYWHERE), LOCK,
           "if (what.running && ran < heat_pump.min_on)", "if (what.running && ran < duration{0})"),
    broken("the pump of a running heat pump is let go", ("the pump of a running heat pump runs*", EVERYWHERE), LOCK,
           "if (is_pump && presumed(now.at).running)", "if (is_pump && now.at < changed_)"),

    # ---- the end of each lease
    broken("an admin's hold goes on after its end", "an admin's hold lasts five minutes*", LEASES,
           "if (held == holds_.end() || held->second.until <= now) return {};", 
           "if (held == holds_.end() || held->second.until <= now - limits::admin_lease_longest) return {};"),
    broken("an admin's hold is never dropped", "the end of a lease is an event*", LEASES,
           "if (held->second.until > now) {", "if (held->second.until > time_point{}) {"),
    broken("kept alive, a hold adds up", "an admin's hold that is kept alive*", LEASES,
           "held.until = now + held.length;", "held.until += held.length;"),
    broken("an admin of the node is always let in", "an admin request of a node is refused*", LEASES,
           "if (!(house_->link && house_->link->remote_admin))", "if (!house_)"),
    broken("what the grid asks has no end", (OVER, "every kind of lease ends by itself*"), GRID,
           "if (!asked.on || !asked.on->runs(now)) return {};",
           "if (!asked.on || !asked.on->runs(now - limits::outage_longest)) return {};"),
    broken("what the grid asked is never dropped",
           ("the end of a lease is an event*", "what is planned begins by the date*"), GRID,
           "if (held->runs(now) && !lost) continue;", "if (!lost) continue;"),
    broken("a failsafe that never ends", (SILENCE, "the grid's limit binds an admin*"), GRID,
           "if (now < held->silent() + held->failsafe_for) return held->failsafe;", "return held->failsafe;"),
    broken("a limit that needs no heartbeat", (SILENCE, "the grid's limit binds an admin*"), GRID,
           "if (now < held->silent()) return held->most;", "if (now < held->until) return held->most;"),
    broken("a failsafe comes back when the node does", "a failsafe that has ended does not come back*", GRID,
           "if (limit(now)) limit_.on->heard = now;", "if (limit_.on) limit_.on->heard = now;"),
    broken("a limit outlasts its own end", OVER, GRID,
           "if (!held || !held->runs(now)) return {};", "if (!held) return {};"),
    broken("what is planned never begins", (MOVES, "what is planned begins by the date*"), GRID,
           "if (next && dates_.known() && *next->planned <= dates_.utc(now)) {",
           "if (next && !dates_.known() && *next->planned <= dates_.utc(now)) {"),
    broken("a release that leaves what runs", MOVES, GRID,
           "for (auto* each : all()) *each = {};", "for (auto* each : all()) each->next.reset();"),
    broken("what is planned waits for ever", "every lease of the grid ends*", GRID,
           "} else if (next && now >= next->until) {", "} else if (next && now < time_point{}) {"),
    broken("kept alive, what the grid asked adds up", "keep-alive renews*", GRID,
           "std::max(held->until, now + held->length)", "held->until + held->length"),
    broken("an emergency of a day", "what cannot be is refused*", GRID,
           "emergency ? limits::emergency_longest", "emergency ? limits::admin_lease_longest"),
    broken("an outage is on for ever", OVER, GRID,
           "if (const auto& on = outage_.on; on && on->runs(now))", "if (const auto& on = outage_.on; on)"),

    # ---- what a household wishes
    broken("a wish has no end", ("a wish holds from its beginning*", "a boost heats a zone and ends by itself"), HOUSEHOLD,
           "if (w.holds(now) && concerns(w)", "if (w.since <= now && concerns(w)"),
    broken("a wish has no longest time", "what cannot be wished is refused*", HOUSEHOLD,
           "if (wish.until - wish.since > longest(wish.kind))", "if (wish.until - wish.since > 10 * longest(wish.kind))"),
    broken("a holiday raises", "a holiday lowers and never raises", HOUSEHOLD,
           "if (away && (!out.setpoint || *out.setpoint > *away->setpoint))", "if (away)"),
    broken("a boost is owed to the room", "a boost is an extra*", STEWARD,
           "of = {is.owed, {}};", "of = {is.setpoint, {}};"),
    broken("a schedule knows no summer time", "a schedule follows the clock*", "actors/local_calendar.cpp",
           "if (info.result == date::local_info::ambiguous &&", "if (info.result == date::local_info::nonexistent &&"),
    broken("a schedule of an unknown date counts", "without a date no schedule counts*", HOUSEHOLD,
           "if (weekly != wanted.schedules.end() && dates.known())", "if (weekly != wanted.schedules.end())"),
    broken("hands off leaves a contract in force", ("hands off releases the relays*", "a contract that was agreed before*"),
           DISPATCHER, "if (steward_.hands_off(now)) return wants_hands_off;", ""),
    broken("hands off leaves the grid at the relays", "hands off stands over what the grid asks*", DISPATCHER,
           "if (house_->plant && steward_.hands_off(now.at))", "if (house_->plant && now.at < time_point{})"),
    broken("a raised setpoint breaks a contract at once", "who asks for a warmer room*", STEWARD,
           "if (raised && !warm && now - *of.raised < limits::warming_longest) return;",
           "if (raised && !warm && now < *of.raised) return;"),
    broken("a raised setpoint is never owed", "a room that stays cold is owed*", STEWARD,
           "if (raised && !warm && now - *of.raised < limits::warming_longest) return;", "if (raised && !warm) return;"),

    # ---- what each severity means
    broken("a gentle request breaks a contract", ("a gentle shed gives way*", "a gentle raise leaves*", CHARGE), ANSWER,
           "return !under_contract && !costs_comfort;",
           "return (!under_contract || now > time_point{}) && !costs_comfort;"),
    broken("a gentle shed costs comfort", ("a gentle shed gives way*", CHARGE), ANSWER,
           "return !under_contract && !costs_comfort;", "return !under_contract || costs_comfort;"),
    broken("a firm shed lets a critical zone go cold", ("a firm shed stands over*", "shedding respects*", CHARGE), ANSWER,
           "s->severity == grid_severity::emergency || !in_trouble",
           "s->severity == grid_severity::emergency || !in_trouble || now > time_point{}"),
    broken("a raise heats a store that is full", ("a raise heats the store while it has room", CHARGE),
           ANSWER,
           "return store_seen_ && !full_[", "return store_seen_ || !full_["),

    # ---- each step of a contract
    broken("a contract overlaps another", (DRAWN, "a contract that overlaps another*"), CONTRACTS,
           "return a.start < b.end() && b.start < a.end();", "return a.start == b.start && b.id == a.id;"),
    broken("after a contract without a successor the house waits for ever", "after a contract with no successor*", CONTRACTS,
           "if (waited >= limits::contract_grace || trouble)", "if (trouble)"),
    broken("a contract holds a house that gets cold", (DRAWN, "the house gives up with its reason*"), CONTRACTS,
           "} else if (trouble || blind) {", "} else if (blind) {"),
    broken("a contract goes on with a blind meter", "a meter blind for five minutes*", CONTRACTS,
           "} else if (trouble || blind) {", "} else if (trouble || (blind && now < time_point{})) {"),
    broken("a contract starts into trouble", "a contract that starts into trouble*", CONTRACTS,
           "if (due.end() <= date || trouble) {", "if (due.end() <= date) {"),
    broken("a slot that was slept through is run late", "a slot slept through*", CONTRACTS,
           "if (due.end() <= date || trouble) {", "if (trouble) {"),
    broken("a few seconds lose the contract of the hour", "half a minute between the clocks*", CONTRACTS,
           "if (date > c.start + limits::contract_start_step + limits::clock_skew || date >= c.end())",
           "if (date > c.start)"),
    broken("a withdrawal is not heeded while the contract runs", (DRAWN, "a pending or running contract can be withdrawn*"),
           CONTRACTS, "if (active_ && active_->terms.id == id) {", "if (active_ && active_->terms.id == id && now < time_point{}) {"),
    broken("an id means another contract later", "an id means one contract for ever*", CONTRACTS,
           "if (over->terms == c) return over->last;", "if (over->terms.id == c.id) return over->last;"),
    broken("energy is used as long as the slot lasts", "a contract is kept within*", CONTRACTS,
           "a.metered() + 1.5 * (rate * tick) >= promised);", "a.metered() + 1.5 * (rate * tick) >= 9 * promised);"),
    broken("the last tick is not looked ahead to", "a contract is kept within*", CONTRACTS,
           "a.metered() + 1.5 * (rate * tick) >= promised);", "a.metered() >= promised + 50 * watt_hour);"),
    broken("a heat pump runs over by any amount", "a heat pump does not run over*", CONTRACTS,
           "(beyond <= limits::contract_tolerated(promised) ||", "(beyond >= energy{} ||"),
    broken("the next contract misses what a rest takes", "what the next contract would miss*", CONTRACTS,
           "beyond < missed_by(pending_.front(), now)", "beyond < energy{}"),
    broken("a run that would go on is ended early", "a run that goes on after its contract*", CONTRACTS,
           "open && has_time(*active_, now)", "open && false"),
    broken("a machine that is stopping is started again", "a heat pump that was stopped for*", CONTRACTS,
           "runs(metered) && !(grace_ && grace_->used_up)", "runs(metered)"),
    broken("a run under way is stopped to run later", "a run that goes on after its contract*", CONTRACTS,
           "if (!after_it_ || contract.begun) return false;", "if (!after_it_) return false;"),
    broken("a heat pump runs over although nothing follows", "a heat pump runs through*", CONTRACTS,
           "pending_.front().start == a.terms.end() &&", "pending_.front().start >= a.terms.end() &&"),
    broken("a house that was away forgets what it had used", "a slot that ended while the house was away*",
           CONTRACTS, "was.metered, was.unmetered + away,", "energy{}, was.unmetered + away,"),
    broken("a house that was away takes the time for metered", AWAY, CONTRACTS,
           "was.unmetered + away,", "was.unmetered,"),
    broken("what was kept is believed whatever it promises", "no text that was kept*", CONTRACTS,
           "return !objectionable(c) && c.average <= nameplate_ &&", "return"),
    broken("nothing is settled of a contract that is given up", "the last word on a contract*", CONTRACTS,
           "out.reports.push_back(settled(contract_status::given_up, reason, now));\n    out.events.push_back({severity::warning, \"contract-given-up\", active_->terms.id",
           "out.reports.push_back(told(active_->terms, contract_status::given_up, reason, now));\n    out.events.push_back({severity::warning, \"contract-given-up\", active_->terms.id"),
    broken("an entry is not bound to the one before", "what was changed*", BOOK,
           "auto text = before;", "auto text = std::string(before.size(), '.');"),
    broken("an entry does not bind the energy", "what was changed*", BOOK,
           "add(milliwatt_hours(entry.metered));", "add(milliwatt_hours(entry.promised));"),
    broken("an entry does not bind the price", "what was changed*", BOOK,
           "add(s.price ? whole(s.price->in(usd_per_mwh)*1e3) : \"-\");", "add(\"-\");"),
    broken("a book begins anew with each program", "a book goes on where it was kept*", BOOK,
           "if (!(words >> out.name_ >> out.entries_ >> chain)) return {};",
           "if (!(words >> out.name_ >> out.entries_ >> chain)) return {};\n  out.entries_ = 0;"),
)
