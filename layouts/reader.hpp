#pragma once

#include "layouts/document.hpp"
#include "layouts/keys.hpp"
#include "layouts/layout.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// One value as `f` wants it, quantities in their channel unit. A value that is not is reported
/// at its place and absent.
std::optional<option_value> read_scalar(diagnostics& out, const field& f, const yaml_node& value);

/// Whether `value` is what `what` (such as "'zones'") wants; if not, says so.
bool expect_kind(diagnostics& out, const yaml_node& value, yaml_node::kind wanted,
                 const std::string& what);

/// Reads one map of the file by the rows of a section: what is unknown, missing or empty is
/// reported at once, and every value comes out checked. Asking for a key the section does not
/// have is our bug.
class section_reader {
 public:
  /// `where` is how messages call this place, such as "device 'hp-meter'". An open section may
  /// hold more keys than are known (a device whose model is unknown).
  section_reader(diagnostics& out, const yaml_node& value, position at, const section& keys,
                 std::string where, bool open = false);

  /// The entry of the file, if it is there and says something.
  [[nodiscard]] const entry* find(std::string_view key) const;
  /// Where `key` stands, or else the whole section.
  [[nodiscard]] position place_of(std::string_view key) const;
  [[nodiscard]] position at() const { return at_; }

  /// The checked value, or the field's fallback if the file says nothing.
  std::optional<option_value> value(std::string_view key);
  std::optional<std::string> text(std::string_view key) { return value_as<std::string>(key); }
  std::optional<std::int64_t> integer(std::string_view key) { return value_as<std::int64_t>(key); }
  std::optional<double> number(std::string_view key) { return value_as<double>(key); }
  std::optional<bool> flag(std::string_view key) { return value_as<bool>(key); }

  /// The section behind `key`, if the file has it.
  std::optional<section_reader> inner(std::string_view key);
  /// Calls `read` with each section of the list behind `key`.
  void each(std::string_view key, const std::function<void(section_reader)>& read);
  /// The list or table behind `key`, if the file has it and it is one.
  const yaml_node* list(std::string_view key);
  const yaml_node* table(std::string_view key);

  [[nodiscard]] const field& row(std::string_view key) const;

 private:
  template <class T>
  std::optional<T> value_as(std::string_view key) {
    const auto found = value(key);
    if (!found) return {};
    return std::get<T>(*found);
  }

  diagnostics* out_;
  const yaml_node* value_;
  position at_;
  const section* keys_;
  std::string where_;
};

}  // namespace hearth
