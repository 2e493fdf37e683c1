#include "drivers/sunspec_search.hpp"

#include <array>
#include <string>

namespace hearth {
namespace {

constexpr auto starts = std::array<std::uint16_t, 3>{40000, 50000, 0};
constexpr auto marker = std::array<std::uint16_t, 2>{0x5375, 0x6E53};  // "SunS"
constexpr auto end_of_chain = std::uint16_t{0xFFFF};
constexpr auto last_address = 65535;

std::string article(sunspec_kind kind) {
  return kind == sunspec_kind::inverter ? "an inverter" : "a meter";
}

std::string model_at(std::uint16_t number, std::uint16_t address) {
  return "model " + std::to_string(number) + " at " + std::to_string(address);
}

}  // namespace

std::optional<sunspec_model> sunspec_model_of(std::uint16_t number) {
  switch (number) {
  case 101:
  case 102:
  case 103: return sunspec_model{sunspec_kind::inverter, sunspec_form::integers};
  case 111:
  case 112:
  case 113: return sunspec_model{sunspec_kind::inverter, sunspec_form::floats};
  case 201:
  case 202:
  case 203:
  case 204: return sunspec_model{sunspec_kind::meter, sunspec_form::integers};
  case 211:
  case 212:
  case 213:
  case 214: return sunspec_model{sunspec_kind::meter, sunspec_form::floats};
  default: return {};
  }
}

modbus_read sunspec_search::next(std::uint8_t unit) const {
  // The marker comes with the first model's number and length.
  const auto count = step_ == step::marker ? marker.size() + sunspec_header : sunspec_header;
  const auto address = step_ == step::marker ? starts.at(start_) : place_.address;
  return {unit, register_row::table::holding, address, static_cast<std::uint16_t>(count)};
}

std::optional<fault> sunspec_search::advance(const result<words>& answer) {
  switch (step_) {
  case step::found: return {};
  case step::marker:
    if (!answer && answer.error().code != fault_code::refused) return elsewhere(answer.error());
    if (!answer) return elsewhere({});
    return at_marker(*answer);
  case step::chain:
    if (!answer) return give_up(answer.error());
    if (answer->size() != sunspec_header)
      return give_up({fault_code::malformed, "the answer is shorter than what was asked for"});
    return at_model(answer->at(0), answer->at(1));
  }
  return {};
}

std::optional<fault> sunspec_search::at_marker(const words& heard) {
  if (heard.size() != marker.size() + sunspec_header || heard[0] != marker[0] ||
      heard[1] != marker[1])
    return elsewhere({});
  step_ = step::chain;
  place_ = {static_cast<std::uint16_t>(starts.at(start_) + marker.size())};
  passed_ = 0;
  other_ = 0;
  return at_model(heard[2], heard[3]);
}

std::optional<fault> sunspec_search::at_model(std::uint16_t number, std::uint16_t length) {
  const auto here = model_at(number, place_.address);
  if (number == end_of_chain) {
    const auto other = sunspec_model_of(other_);
    return give_up({fault_code::unsupported, other ? "this is " + article(other->kind) +
                                                         " (model " + std::to_string(other_) +
                                                         "), not " + article(wanted_)
                                                   : "none of its " + std::to_string(passed_) +
                                                         " SunSpec models is " + article(wanted_)});
  }
  if (length == 0)
    return give_up({fault_code::malformed, here + " has no length: the chain cannot be followed"});
  const auto after = place_.address + sunspec_header + length;
  if (after + sunspec_header - 1 > last_address)
    return give_up({fault_code::malformed, here + " of length " + std::to_string(length) +
                                               " ends beyond the last register"});
  const auto known = sunspec_model_of(number);
  if (known && known->kind == wanted_) {
    const auto least = known->form == sunspec_form::integers ? integers_ : floats_;
    if (length < least)
      return give_up({fault_code::malformed, here + " has " + std::to_string(length) +
                                                 " registers; at least " + std::to_string(least) +
                                                 " belong to it"});
    place_ = {place_.address, number, length, known->form};
    step_ = step::found;
    return {};
  }
  if (known && other_ == 0) other_ = number;
  if (++passed_ >= sunspec_models)
    return give_up({fault_code::overflow, "its chain has " + std::to_string(sunspec_models) +
                                              " SunSpec models and no end"});
  place_.address = static_cast<std::uint16_t>(after);
  return fault{fault_code::not_ready, "passed " + here + ", looking for " + article(wanted_)};
}

std::optional<fault> sunspec_search::give_up(fault why) {
  begin_anew();
  return why;
}

std::optional<fault> sunspec_search::elsewhere(std::optional<fault> why) {
  const auto here = std::to_string(starts.at(start_));
  start_ = (start_ + 1) % starts.size();
  if (why) return why;
  if (start_ == 0)
    return fault{fault_code::malformed, "no SunSpec device: no marker at 40000, at 50000 or at 0"};
  return fault{fault_code::not_ready, "no SunSpec marker at " + here + "; looking at " +
                                          std::to_string(starts.at(start_)) + " next"};
}

const sunspec_search::place* sunspec_search::found() const {
  return step_ == step::found ? &place_ : nullptr;
}

void sunspec_search::begin_anew() {
  step_ = step::marker;
  start_ = 0;
}

}  // namespace hearth
