#pragma once

#include "actors/energy_counter.hpp"
#include "actors/kept_contracts.hpp"
#include "protocol/dating.hpp"
#include "protocol/limits.hpp"
#include "protocol/messages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// The dispatch contracts of this house: which are agreed, which one runs, how it goes. Pure.
///
///   offer --ok--> pending --start--> active --end--> grace --5 min--> (none: local control)
///     └-refused        |               |  |             ├-- a successor starts --> active
///                      |               |  |             └-- trouble --> (none)
///                      |               |  └-- the house gives up, with a reason --> (none)
///                      ├--withdrawal---┘--> (none)
///                      └-- trouble at its start, or over before it --> given up (none)
///
/// `advance` must be called at least at every control tick; it alone moves contracts on.
///
/// The energy of a contract is used in one run, until what is metered is what was promised: from
/// its start on, or, where the house itself would run on after it, so late that the run lasts to
/// its end. A heat pump that would have to stop for the last minutes before a contract that wants
/// it on runs through, within `limits::contract_tolerance` or if the other contract would else miss
/// more.
///
/// Terms are in UTC, as agreed; `now` is house time. A pending contract starts by the date. One
/// that runs has a length like any lease: a jump of the date neither ends it early nor draws it
/// out.
class contract_book {
 public:
  /// `nameplate`: what the heat pump draws at most; nothing larger can be promised.
  explicit contract_book(power nameplate) : nameplate_{nameplate} {}

  /// What the date is from now on.
  void redate(const dating& dates);

  /// What of it should outlive this program; nothing while the date is unknown.
  [[nodiscard]] std::optional<kept_contracts> kept(time_point now) const;
  /// What a former program agreed to goes on, from the next `advance` that knows the date. Of the
  /// one that ran, the time in between is unmetered.
  void take_up(kept_contracts former) { former_ = std::move(former); }

  /// Takes a contract on or refuses it with a reason. The same one again changes nothing and
  /// gets its present status.
  contract_report offer(const contract& c, time_point now);

  /// Takes back a pending or active contract.
  contract_report withdraw(const std::string& id, const std::string& reason, time_point now);

  /// A run of the heat pump as the house expects it.
  struct expected_run {
    power draws;
    duration start_takes;  ///< from the command on, as time at full power that is lost
    duration rest;         ///< that it needs after it was stopped
  };

  /// The one that runs and those ahead, by their start.
  [[nodiscard]] std::vector<contract> agreed() const;
  /// When the contract in force ends, in house time.
  [[nodiscard]] std::optional<time_point> ends() const;
  /// The run that the house itself would make after the contract in force; nothing where it would
  /// rest, or does not know. Counts until it is said anew.
  void expect_after_it(std::optional<expected_run> run) { after_it_ = run; }

  struct step {
    std::vector<contract_report> reports;
    std::vector<event> events;
  };

  /// Starts, meters, completes and gives up. `metered`: the heat pump's meter, if good;
  /// `trouble`: why the house cannot go on with a contract, if so.
  step advance(std::optional<power> metered, const std::optional<std::string>& trouble,
               time_point now);

  struct wish {
    std::string contract_id;
    bool heat_pump_on = false;
    std::string cause;
  };

  /// What the contract in force, or the grace after it, wants of the heat pump.
  [[nodiscard]] std::optional<wish> in_force(time_point now) const;

 private:
  struct running {
    contract terms;
    time_point until;           ///< its end in house time
    energy metered_before;      ///< by a former program
    duration unmetered_before;  ///< of its slot, until this one began to meter it
    energy_counter meter;
    std::optional<time_point> blind_since;
    bool used_up = false;    ///< stays so: a meter that creeps backwards switches nothing on again
    bool runs_over = false;  ///< into the slot of its successor, within the tolerance
    bool begun = false;      ///< the heat pump was seen to run

    [[nodiscard]] energy metered() const { return metered_before + meter.metered(); }
    [[nodiscard]] duration unmetered() const { return unmetered_before + meter.unmeasured(); }
  };
  struct ended {
    contract terms;
    time_point since;
    bool used_up = false;  ///< its run was ended
    bool warned = false;
  };
  struct finished {
    contract terms;
    contract_report last;
  };

  [[nodiscard]] std::optional<std::string> objection(const contract& c, time_point now) const;
  [[nodiscard]] contract_report told(const contract& c, contract_status status, std::string reason,
                                     time_point now) const;
  void use(std::optional<power> metered, time_point now);
  /// What the successor of the contract in force would miss if the heat pump stopped now.
  [[nodiscard]] energy missed_by(const contract& successor, time_point now) const;
  [[nodiscard]] bool runs(std::optional<power> metered) const;
  /// Its run is better begun later.
  [[nodiscard]] bool has_time(const running& contract, time_point now) const;
  /// Settles one that has run and is over.
  [[nodiscard]] contract_report settled(contract_status status, std::string reason,
                                        time_point now) const;
  void go_on(step& out, std::optional<power> metered, time_point now);
  void start_due(step& out, std::optional<power> metered, const std::optional<std::string>& trouble,
                 time_point now);
  void run(step& out, std::optional<power> metered, const std::optional<std::string>& trouble,
           time_point now);
  void wait_for_successor(step& out, const std::optional<std::string>& trouble, time_point now);
  void remember(const contract& terms, contract_report last);
  /// The last word on a contract that is over. An id means one contract for ever.
  [[nodiscard]] std::optional<finished> recall(const std::string& id) const;

  power nameplate_;
  dating dates_ = exact_dates;
  std::vector<contract> pending_;         ///< by start, at most `limits::contracts_pending`
  std::optional<kept_contracts> former_;  ///< to be taken up
  std::optional<running> active_;
  std::optional<expected_run> after_it_;
  std::optional<ended> grace_;
  std::vector<finished> history_;      ///< last words on the latest contracts, oldest first
  std::optional<power> last_metered_;  ///< what holds from `advanced_` on
  std::optional<time_point> advanced_;
};

}  // namespace hearth
