#pragma once

#include "layouts/layout.hpp"
#include "protocol/messages.hpp"
#include "tools/simulate/dice.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace hearth::simulate {

/// Bytes that are no message, for a topic of this kind.
struct nonsense {
  std::string kind;
  std::string bytes;
};

/// What a node says that has lost its mind: contracts that are absurd, contradictory, for the past
/// or for nobody; requests for ever; prices that are no numbers; answers to what nobody asked; and
/// bytes. It also says things that are fine, so that it cannot be ignored. Pure.
class mad_node {
 public:
  mad_node(std::shared_ptr<const layout> house, std::uint64_t seed);

  std::variant<body, nonsense> speak(time_point now);

 private:
  double number();
  duration length();
  std::string name();
  std::string channel();
  contract some_contract(time_point now);
  request some_request();

  std::shared_ptr<const layout> house_;
  dice chance_;
  std::string last_contract_ = "nobody's";
  int contracts_ = 0;
};

}  // namespace hearth::simulate
