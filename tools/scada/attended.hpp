#pragma once

#include "actors/view/observations.hpp"
#include "tools/scada/hosting.hpp"
#include "tools/scada/transcripts.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace hearth::tools {

/// What `live` and `commission` have in common: a house with somebody in front of it.
struct attended_options {
  std::string layout;
  std::string state = default_state_folder();
  std::string transcripts;  ///< folder; empty: the buses are not written down
  clock_options clock;
};
void add_attended_options(CLI::App& command, attended_options& options);

/// A house that runs in this terminal, hosted as `scada run` hosts it, and looked at and asked by
/// whoever sits there.
class attended_house {
 public:
  /// Nothing, with a word why on stderr and the exit code in `code`, if the layout or the options
  /// are wrong or the site is already run on this machine. No house runs yet.
  static std::unique_ptr<attended_house> open(const attended_options& options, int& code);

  /// From now on it runs.
  void start();
  /// What was seen and heard since it was last asked.
  observations::batch look() { return seen_->take(); }
  /// A wish with the rank of admin; the answer is an event.
  void ask(request wish);
  /// False: the supervisor has ended, which is a bug.
  bool alive() { return hosted_->alive(); }
  /// Makes everything safe and ends in good order, at the latest after `limits::shutdown_longest`,
  /// then with `code`.
  void stop(int code);

  [[nodiscard]] const std::shared_ptr<const layout>& house() const { return house_; }
  [[nodiscard]] const house_clock& clock() const { return clock_; }
  [[nodiscard]] stop_signals& signals() { return signals_; }

 private:
  attended_house(attended_options options, std::shared_ptr<const layout> house, house_clock clock,
                 std::unique_ptr<site_claim> claim, std::shared_ptr<transcript_folder> transcripts);
  house_parts parts_in(caf::actor_system& system);

  attended_options options_;
  std::shared_ptr<const layout> house_;
  house_clock clock_;
  std::unique_ptr<site_claim> claim_;
  stop_signals signals_;
  std::optional<run_marker> marker_;  ///< since it runs
  std::string boot_id_ = new_boot_id();
  std::uint64_t asked_ = 0;
  std::shared_ptr<observations> seen_ = std::make_shared<observations>();
  std::shared_ptr<transcript_folder> transcripts_;  ///< null: nothing is written down
  std::unique_ptr<hosted_house> hosted_;
};

}  // namespace hearth::tools
