#pragma once

#include "drivers/driver.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

/// Where a SunSpec device has the model that is looked for: SunSpec Alliance, "Device information
/// model specification". A device marks one of three places with "SunS"; from there a chain of
/// models runs, each with its number and length, to a number of 0xFFFF.
namespace hearth {

/// The kinds of device whose models are known here.
enum class sunspec_kind : unsigned char { meter, inverter };

/// Models of one kind mean the same, either as integers with scale factors or as floats.
enum class sunspec_form : unsigned char { integers, floats };

struct sunspec_model {
  sunspec_kind kind;
  sunspec_form form;
};
/// Nothing for the many models that are neither.
std::optional<sunspec_model> sunspec_model_of(std::uint16_t number);

/// Registers of number and length before a model's first point.
inline constexpr std::uint16_t sunspec_header = 2;
/// Devices have about ten models, inverters with all their settings thirty. Beyond: the chain is
/// taken to have no end.
inline constexpr std::size_t sunspec_models = 64;

/// The search, one read at a time so that no bus waits for it.
///
///   marker --"SunS"--> chain --wanted model--> found
///   |    ^             |   ^ other model: on to the next
///   └----┘             |
///   no marker: on to   └--> marker  at the chain's end, at nonsense and when nobody answers
///   the next place
class sunspec_search {
 public:
  enum class step : unsigned char { marker, chain, found };
  struct place {
    std::uint16_t address = 0;  ///< of its number; its length follows, then its points
    std::uint16_t number = 0;
    std::uint16_t length = 0;
    sunspec_form form = sunspec_form::integers;
  };

  /// Looks for a model of `kind` that has at least `integers` or `floats` registers, by its form.
  sunspec_search(sunspec_kind kind, std::uint16_t integers, std::uint16_t floats)
      : wanted_{kind}, integers_{integers}, floats_{floats} {}

  [[nodiscard]] step now() const { return step_; }
  /// The read whose answer `advance` takes. Not once it is found.
  [[nodiscard]] modbus_read next(std::uint8_t unit) const;
  /// Why there is no model yet; nothing once it is found. Never ends for good: after a failure it
  /// looks again from the first place.
  std::optional<fault> advance(const result<words>& answer);
  /// Null before it is found.
  [[nodiscard]] const place* found() const;
  /// What was found is there no more.
  void begin_anew();

 private:
  std::optional<fault> at_marker(const words& heard);
  std::optional<fault> at_model(std::uint16_t number, std::uint16_t length);
  std::optional<fault> give_up(fault why);
  /// No marker here.
  std::optional<fault> elsewhere(std::optional<fault> why);

  sunspec_kind wanted_;
  std::uint16_t integers_, floats_;
  step step_ = step::marker;
  std::size_t start_ = 0;    ///< which of the three places
  place place_ = {};         ///< `address` is what is looked at, the rest once it is found
  std::size_t passed_ = 0;   ///< models of this chain
  std::uint16_t other_ = 0;  ///< the first model passed that is of another known kind
};

}  // namespace hearth
