#include "tools/scada/attended.hpp"

#include "drivers/ports/all_ports.hpp"
#include "drivers/ports/kernel_clock.hpp"
#include "drivers/ports/paho_client.hpp"
#include "tools/scada/commands.hpp"

#include <functional>
#include <utility>

namespace hearth::tools {

void add_attended_options(CLI::App& command, attended_options& options) {
  command.add_option("LAYOUT", options.layout, "The house's layout file (YAML)")->required();
  command.add_option("--state", options.state, "Folder for what must survive a restart")
      ->capture_default_str();
  command.add_option("--record-transcripts", options.transcripts,
                     "Write what goes over the buses into this folder, a file for each device");
  add_clock_options(command, options.clock);
}

std::unique_ptr<attended_house> attended_house::open(const attended_options& options, int& code) {
  code = wrong_usage;
  auto house = load_or_complain(options.layout);
  if (!house) return {};
  const auto clock = clock_of(options.clock);
  if (!clock) return {};
  auto claim = std::make_unique<site_claim>(house->site);
  if (!claim->held()) {
    site_claim::explain(house->site);
    code = already_running;
    return {};
  }
  auto transcripts = std::shared_ptr<transcript_folder>{};
  if (!options.transcripts.empty() &&
      !(transcripts = transcript_folder::make(options.transcripts, *house)))
    return {};
  code = ok;
  return std::unique_ptr<attended_house>{new attended_house{
      options, std::move(house), *clock, std::move(claim), std::move(transcripts)}};
}

attended_house::attended_house(attended_options options, std::shared_ptr<const layout> house,
                               house_clock clock, std::unique_ptr<site_claim> claim,
                               std::shared_ptr<transcript_folder> transcripts)
    : options_{std::move(options)},
      house_{std::move(house)},
      clock_{std::move(clock)},
      claim_{std::move(claim)},
      transcripts_{std::move(transcripts)} {
  set_up_log({});
}

house_parts attended_house::parts_in(caf::actor_system& system) {
  const auto observer = spawn_observer(system, seen_);
  // A clock that the options made is right by definition.
  const auto dated_by = options_.clock.start.empty() ? kernel_clock() : clock_source{};
  auto ports = all_ports(options_.state);
  if (transcripts_)
    for (auto& [kind, make] : ports)
      make = written_down(make, [to = transcripts_](const std::string& device, std::string lines) {
        to->write(device, lines);
      });
  return {.context = {house_, clock_, dated_by},
          .ports = std::move(ports),
          .journal = journal_in(options_.state, house_->site),
          .connect = make_paho_client,
          // Events come with the statements that the observer hears.
          .log = [](const event&) {},
          .first_words = first_words(*marker_, *house_, clock_.now()),
          .boot_id = boot_id_,
          .seed = std::hash<std::string>{}(house_->site),
          .snapshot_observer = observer,
          .statement_observer = observer};
}

void attended_house::start() {
  marker_.emplace(options_.state, house_->site);
  hosted_ = std::make_unique<hosted_house>(
      [this](caf::actor_system& system) { return parts_in(system); });
}

void attended_house::ask(request wish) {
  hosted_->ask({std::move(wish), boot_id_ + "-on-site-" + std::to_string(++asked_)});
}

void attended_house::stop(int code) {
  end_in_time(code);
  hosted_->stop();
  marker_->clear();
}

}  // namespace hearth::tools
