#pragma once

#include "drivers/probe/interview.hpp"
#include "drivers/probe/proposal.hpp"
#include "drivers/registry.hpp"
#include "layouts/parse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace hearth::testing {

/// A bus that answers as the test says, and remembers what it was asked.
class paper_port final : public port {
 public:
  using answering = std::function<result<bus_answer>(const bus_request&)>;
  explicit paper_port(answering how) : how_{std::move(how)} {}

  result<bus_answer> transact(const bus_request& request, time_point) override {
    asked.push_back(request);
    return how_(request);
  }

  std::vector<bus_request> asked;

 private:
  answering how_;
};

/// Never ends by itself.
inline interview patient_interview() {
  return interview{[] { return time_point{}; },
                   [](const std::string&, std::size_t, std::size_t) { return true; }};
}

inline const finding* find_at(const probe_result& result, std::string_view where) {
  const auto found = std::ranges::find(result.found, where, &finding::where);
  return found == result.found.end() ? nullptr : &*found;
}

/// The lines with every guess uncommented, as an installer does who is sure.
inline std::string believed(const std::string& lines) {
  auto in = std::istringstream{lines};
  auto out = std::string{};
  for (auto line = std::string{}; std::getline(in, line);) {
    if (line.starts_with("  # - id:") || line.starts_with("  #   ")) line.erase(2, 2);
    if (line == "devices: []" && lines.find("  # - id:") != std::string::npos) line = "devices:";
    out += line + "\n";
  }
  return out;
}

/// The layout that `scada probe --output` would write, as the parser reads it.
inline layout accepted(const probe_result& result, bool guesses_too = true) {
  auto text = starter_layout("maple-12", "America/New_York", result);
  if (guesses_too) text = believed(text);
  const auto read = parse_layout(text, "house.yaml", ".", known_catalog());
  for (const auto& d : read.diagnostics) MESSAGE(to_text(d));
  INFO(text);
  REQUIRE(read.layout);
  return *read.layout;
}

/// The models of the proposed devices, in their order.
inline std::vector<std::string> models_in(const layout& house) {
  auto names = std::vector<std::string>{};
  for (const auto& d : house.devices) names.push_back(d.model);
  return names;
}

}  // namespace hearth::testing
