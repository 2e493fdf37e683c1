#include "drivers/recording_port.hpp"

#include "drivers/request_text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace hearth {
namespace {

/// Who is addressed by what on one bus.
struct bus_names {
  std::string bus;
  std::map<std::string, std::string> by_addressee;
  std::vector<bus_request> polls;  ///< the first request of each device's poll

  bus_names(const layout& house, bus_id id, model_finder find) : bus{house[id].name} {
    for (std::uint16_t d = 0; d < house.devices.size(); ++d) {
      const auto* kind = find(house.devices[d].model);
      if (house.devices[d].bus != id || !kind) continue;
      const auto device = kind->make(house, device_id{d});
      auto all = device->poll();
      if (!all.empty()) polls.push_back(all.front());
      if (auto* moved = device->as_actuator())
        for (const auto c : house.devices[d].channels)
          for (auto& r : moved->make_safe(c)) all.push_back(std::move(r));
      const auto& name = house.devices[d].name;
      for (const auto& r : all) by_addressee.emplace(addressee_of(r), name);
      for (const auto& topic : device->topics()) by_addressee.emplace(topic, name);
    }
  }
  [[nodiscard]] const std::string& of(const std::string& addressee) const {
    const auto found = by_addressee.find(addressee);
    return found == by_addressee.end() ? bus : found->second;
  }
  [[nodiscard]] bool begins_poll(const bus_request& r) const {
    return std::find(polls.begin(), polls.end(), r) != polls.end();
  }
};

class recording_port final : public port {
 public:
  recording_port(std::unique_ptr<port> inner, bus_names names, transcript_writer write)
      : inner_{std::move(inner)}, names_{std::move(names)}, write_{std::move(write)} {}

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    auto answer = inner_->transact(request, now);
    write_(names_.of(addressee_of(request)), (names_.begins_poll(request) ? "poll\n" : "") +
                                                 (">> " + request_text(request)) + "\n<< " +
                                                 answer_text(answer) + "\n");
    return answer;
  }

  void listen(std::vector<std::string> topics, std::function<void(bus_message)> heard) override {
    inner_->listen(std::move(topics), [names = names_, write = write_,
                                       heard = std::move(heard)](bus_message m) {
      write(names.of(m.topic), "<< " + request_text(mqtt_publish{m.topic, m.payload}) + "\n");
      heard(std::move(m));
    });
  }

 private:
  std::unique_ptr<port> inner_;
  bus_names names_;
  transcript_writer write_;
};

std::string option_text(const option_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return answer_text(bus_answer{*number});
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return {};
}

}  // namespace

std::string transcript_head(const layout& house, device_id device) {
  const auto& is = house[device];
  auto text =
      "# " + is.name + ": " + is.model + " on " + house[is.bus].name + " of " + house.site + "\n";
  for (const auto& [key, value] : is.options)
    if (const auto words = option_text(value); !words.empty())
      text += "option " + key + " " + words + "\n";
  text += "channels";
  for (const auto c : is.channels) text += " " + house[c].key;
  return text + "\n\n";
}

port_maker written_down(port_maker make, transcript_writer write, model_finder find) {
  return [make = std::move(make), write = std::move(write), find](
             const layout& house, bus_id id) -> result<std::unique_ptr<port>> {
    auto inner = make(house, id);
    if (!inner) return inner;
    return std::make_unique<recording_port>(std::move(*inner), bus_names{house, id, find}, write);
  };
}

}  // namespace hearth
