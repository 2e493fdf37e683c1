#include "layouts/layout_change.hpp"

#include <algorithm>
#include <tuple>

namespace hearth {
namespace {

template <class Named>
std::optional<std::uint16_t> place_of(const std::vector<Named>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &Named::name);
  if (found == all.end()) return {};
  return static_cast<std::uint16_t>(found - all.begin());
}

/// A device's channels by their keys.
auto channels_of(const layout& house, const device_layout& device) {
  auto all = std::map<std::string, std::tuple<std::string, unit, bool>>{};
  for (const auto id : device.channels) {
    const auto& channel = house[id];
    all[channel.key] = {channel.name, channel.unit, channel.actuator};
  }
  return all;
}

class comparison {
 public:
  comparison(const layout& before, const layout& now) : before_{before}, now_{now} {}

  layout_change result() {
    tables("bus", before_.buses, now_.buses,
           [this](std::uint16_t was, std::uint16_t is) { return bus(bus_id{was}, bus_id{is}); });
    tables("device", before_.devices, now_.devices, [this](std::uint16_t was, std::uint16_t is) {
      return device(device_id{was}, device_id{is});
    });
    // What has no name of its own is one thing to the reader, so the text decides.
    if (out_.words.empty() && before_.text != now_.text)
      out_.words.emplace_back(
          "buses and devices as they were; something in plant, tariff, link, portal or comments "
          "changed");
    return std::move(out_);
  }

 private:
  template <class Named, class Stays>
  void tables(const std::string& kind, const std::vector<Named>& before,
              const std::vector<Named>& now, Stays stays) {
    for (std::uint16_t was = 0; was < before.size(); ++was) {
      const auto& name = before[was].name;
      const auto is = place_of(now, name);
      if (!is)
        out_.words.push_back(kind + " " + name + ": gone");
      else if (!stays(was, *is))
        out_.words.push_back(kind + " " + name + ": changed");
    }
    for (const auto& each : now)
      if (!place_of(before, each.name)) out_.words.push_back(kind + " " + each.name + ": new");
  }

  bool bus(bus_id was, bus_id is) {
    if (before_[was].kind != now_[is].kind || before_[was].options != now_[is].options)
      return false;
    out_.buses[was] = is;
    return true;
  }

  bool device(device_id was, device_id is) {
    const auto& former = before_[was];
    const auto& present = now_[is];
    const auto on = out_.buses.find(former.bus);
    if (on == out_.buses.end() || on->second != present.bus || former.model != present.model ||
        former.options != present.options || former.poll_every != present.poll_every ||
        channels_of(before_, former) != channels_of(now_, present))
      return false;
    out_.devices[was] = is;
    for (const auto id : former.channels)
      if (const auto same = now_.find_channel(before_[id].name)) out_.channels[id] = *same;
    return true;
  }

  const layout& before_;
  const layout& now_;
  layout_change out_;
};

}  // namespace

layout_change compare(const layout& before, const layout& now) {
  return comparison{before, now}.result();
}

}  // namespace hearth
