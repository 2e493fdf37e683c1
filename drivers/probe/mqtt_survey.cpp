#include "drivers/probe/mqtt_survey.hpp"

#include "drivers/probe/mqtt_recognition.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

struct group {
  std::size_t topics = 0;
  std::string example;
};

/// What nobody has taken, by the first level of the topic.
void add_strangers(probe_result& result, const said_on& said, const topic_set& taken) {
  auto groups = std::map<std::string, group>{};
  for (const auto& [topic, payload] : said) {
    if (taken.contains(topic)) continue;
    auto& of = groups[std::string{levels_of(topic).front()}];
    if (of.topics++ == 0) of.example = topic;
  }
  auto shown = std::size_t{0};
  for (const auto& [first, of] : groups)
    if (shown++ < survey_strangers)
      result.found.push_back(
          {.where = first,
           .what = "unknown",
           .evidence = std::to_string(of.topics) + " topics, such as " + of.example});
  if (groups.size() > survey_strangers)
    result.remarks.push_back(std::to_string(groups.size() - survey_strangers) +
                             " more groups of unknown topics are not shown");
}

}  // namespace

void mqtt_survey::heard(const bus_message& message) {
  ++messages_;
  const auto found = said_.find(message.topic);
  if (found == said_.end() && said_.size() >= survey_topics) {
    if (not_kept_.size() < survey_topics) not_kept_.emplace(levels_of(message.topic).front());
    return;
  }
  if (message.topic.size() > limits::text_bytes) return;
  auto& payload = found == said_.end() ? said_[message.topic] : found->second;
  bytes_ -= payload.size();
  payload = bytes_ + message.payload.size() <= survey_bytes &&
                    message.payload.size() <= limits::message_bytes
                ? message.payload
                : std::string{};
  bytes_ += payload.size();
}

probe_result mqtt_survey::result(proposed_bus bus) const {
  auto result = probe_result{.bus = std::move(bus)};
  auto taken = topic_set{};
  // In this order: a newer Shelly may have been given a prefix below shellies/, an OpenEVSE speaks
  // below emon/.
  for (const auto find : {find_shellies_gen2, find_shellies_gen1, find_tasmotas,
                          find_zigbee_devices, find_openevses, find_emons})
    for (auto& f : find(said_, taken)) result.found.push_back(std::move(f));
  add_strangers(result, said_, taken);
  if (!not_kept_.empty())
    result.remarks.push_back("this broker has more than " + std::to_string(survey_topics) +
                             " topics: devices may be missing here");
  result.tally.answered = messages_;
  return result;
}

}  // namespace hearth
