#include "layouts/reader.hpp"

#include "layouts/quantity.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace hearth {
namespace {

std::string_view noun_of(yaml_node::kind kind) {
  switch (kind) {
  case yaml_node::kind::nothing: return "nothing";
  case yaml_node::kind::scalar: return "one value";
  case yaml_node::kind::list: return "a list";
  case yaml_node::kind::map: return "keys and values";
  }
  return "nothing";
}

std::string_view example_of(yaml_node::kind kind) {
  switch (kind) {
  case yaml_node::kind::nothing:
  case yaml_node::kind::scalar: return "write one value, without brackets, braces or dashes";
  case yaml_node::kind::list: return "write '[a, b]', or each item on a line of its own after '- '";
  case yaml_node::kind::map:
    return "write '{ key: value, … }', or each key on a line of its own, indented";
  }
  return "";
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  const auto hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const auto digits = hexadecimal ? text.substr(2) : text;
  auto value = std::int64_t{0};
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end || (hexadecimal && value < 0)) return {};
  return value;
}

/// Whether `value` lies within the field's bounds; if not, says so.
bool within(diagnostics& out, const field& f, const yaml_node& at, double value) {
  const auto shown = [&](double bound) { return with_unit(bound, f.dimension); };
  auto hint = std::string{};
  if (f.lowest && f.highest)
    hint = "it may be from " + shown(*f.lowest) + " to " + shown(*f.highest);
  else if (f.lowest)
    hint = "it may be " + shown(*f.lowest) + " or more";
  else if (f.highest)
    hint = "it may be " + shown(*f.highest) + " or less";
  if (f.lowest && value < *f.lowest) {
    out.add(at.at, in_quotes(at.text) + " is too low for '" + f.key + "'", hint);
    return false;
  }
  if (f.highest && value > *f.highest) {
    out.add(at.at, in_quotes(at.text) + " is too high for '" + f.key + "'", hint);
    return false;
  }
  return true;
}

bool is_name(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= 64 && alphanumeric(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_site(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_clock(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4) &&
         text.substr(0, 2) < "24" && text[3] < '6';
}

std::optional<option_value> read_text(diagnostics& out, const field& f, form as,
                                      const yaml_node& value) {
  const auto refuse = [&](std::string message, std::string hint) -> std::optional<option_value> {
    out.add(value.at, in_quotes(value.text) + std::move(message), std::move(hint));
    return {};
  };
  if (value.text.empty()) {
    out.add(value.at, "'" + f.key + "' is empty", f.help);
    return {};
  }
  if (as == form::site && !is_site(value.text))
    return refuse(
        " cannot be the name of a site",
        "use 1 to 64 of a-z, 0-9 and '-', such as 'maple-12': it becomes part of MQTT topics");
  if (as == form::name && !is_name(value.text))
    return refuse(" cannot be a name",
                  "use up to 64 letters, digits, '.', '_' and '-', such as 'hp.power'");
  if (as == form::clock && !is_clock(value.text))
    return refuse(" is no time of day", "write hours and minutes in quotes, such as \"07:00\"");
  if (as == form::instant && !from_iso8601(value.text))
    return refuse(" is no time", "write UTC like '2020-01-13T05:00:00Z'");
  return value.text;
}

std::optional<option_value> read_number(diagnostics& out, const field& f, form as,
                                        const yaml_node& value) {
  if (as == form::quantity && std::ranges::find(f.choices, value.text) != f.choices.end())
    return value.text;
  if (as == form::integer) {
    const auto number = whole_number(value.text);
    if (!number) {
      out.add(value.at, in_quotes(value.text) + " is no whole number",
              "'" + f.key + "' wants one, such as 12 or 0x0c");
      return {};
    }
    if (!within(out, f, value, static_cast<double>(*number))) return {};
    return *number;
  }
  const auto wanted = as == form::number ? dimension::count : f.dimension;
  const auto number = parse_quantity(value.text, wanted);
  if (!number) {
    auto hint = number.error().hint;
    if (as == form::number) hint = "'" + f.key + "' wants a plain number without a unit";
    for (const auto& word : f.choices) hint += ", or '" + word + "'";
    out.add(value.at, number.error().message, hint);
    return {};
  }
  if (!within(out, f, value, *number)) return {};
  return *number;
}

std::optional<option_value> read_word(diagnostics& out, const field& f, form as,
                                      const yaml_node& value) {
  if (as == form::flag) {
    if (value.text == "true" || value.text == "false") return value.text == "true";
    out.add(value.at, in_quotes(value.text) + " is neither true nor false",
            "'" + f.key + "' wants true or false");
    return {};
  }
  if (std::ranges::find(f.choices, value.text) != f.choices.end()) return value.text;
  out.add_unknown(value.at, "'" + f.key + "' cannot be " + in_quotes(value.text), value.text,
                  f.choices, listing::always);
  return {};
}

}  // namespace

bool expect_kind(diagnostics& out, const yaml_node& value, yaml_node::kind wanted,
                 const std::string& what) {
  if (value.is == wanted) return true;
  out.add(value.at,
          what + " wants " + std::string{noun_of(wanted)} + ", but here is " +
              std::string{noun_of(value.is)},
          std::string{example_of(wanted)});
  return false;
}

std::optional<option_value> read_scalar(diagnostics& out, const field& f, const yaml_node& value) {
  if (!expect_kind(out, value, yaml_node::kind::scalar, "'" + f.key + "'")) return {};
  const auto as = f.brief.value_or(f.is);
  switch (as) {
  case form::text:
  case form::site:
  case form::name:
  case form::timezone:
  case form::clock:
  case form::instant:
  case form::channel: return read_text(out, f, as, value);
  case form::integer:
  case form::number:
  case form::quantity: return read_number(out, f, as, value);
  case form::flag:
  case form::choice: return read_word(out, f, as, value);
  case form::range:
  case form::channels:
  case form::section:
  case form::sections:
  case form::table: break;
  }
  assert(false && "this form is no single value");
  return {};
}

section_reader::section_reader(diagnostics& out, const yaml_node& value, position at,
                               const section& keys, std::string where, bool open)
    : out_{&out}, value_{&value}, at_{at}, keys_{&keys}, where_{std::move(where)} {
  if (!expect_kind(out, value, yaml_node::kind::map, where_)) return;
  for (const auto& e : value.entries) {
    if (!keys.find(e.key)) {
      if (e.key == "<<")
        out.add(e.at, "merge keys ('<<') are not read",
                "write the keys out; an alias may stand for a whole value");
      else if (!open)
        out.add_unknown(e.at, "unknown key " + in_quotes(e.key) + " in " + where_, e.key,
                        keys.keys());
    } else if (e.value->is == yaml_node::kind::nothing) {
      out.add(e.at, "'" + e.key + "' has no value",
              "write one or remove the key: " + keys.find(e.key)->help);
    }
  }
  for (const auto& f : keys.fields)
    if (f.required && !value.find(f.key))
      out.add(at_, where_ + " lacks '" + f.key + "'", "add '" + f.key + "': " + f.help);
}

const field& section_reader::row(std::string_view key) const {
  const auto* found = keys_->find(key);
  assert(found && "the section has no such key");
  return *found;
}

const entry* section_reader::find(std::string_view key) const {
  const auto* found = value_->find(row(key).key);
  return found && found->value->is != yaml_node::kind::nothing ? found : nullptr;
}

position section_reader::place_of(std::string_view key) const {
  const auto* found = find(key);
  return found ? found->value->at : at_;
}

std::optional<option_value> section_reader::value(std::string_view key) {
  const auto& f = row(key);
  if (const auto* found = find(key)) return read_scalar(*out_, f, *found->value);
  if (f.fallback.empty()) return {};
  auto fallback = yaml_node{};
  fallback.is = yaml_node::kind::scalar;
  fallback.text = f.fallback;
  fallback.at = at_;
  return read_scalar(*out_, f, fallback);
}

std::optional<section_reader> section_reader::inner(std::string_view key) {
  const auto& f = row(key);
  const auto* found = find(key);
  if (!found) return {};
  return section_reader{*out_, *found->value, found->at, *f.inner, "'" + f.key + "'"};
}

void section_reader::each(std::string_view key, const std::function<void(section_reader)>& read) {
  const auto& f = row(key);
  const auto* items = list(key);
  if (!items) return;
  for (const auto& item : items->items)
    read(section_reader{*out_, *item, item->at, *f.inner, "an entry of '" + f.key + "'"});
}

const yaml_node* section_reader::list(std::string_view key) {
  const auto* found = find(key);
  if (!found ||
      !expect_kind(*out_, *found->value, yaml_node::kind::list, "'" + std::string{key} + "'"))
    return nullptr;
  return found->value.get();
}

const yaml_node* section_reader::table(std::string_view key) {
  const auto* found = find(key);
  if (!found ||
      !expect_kind(*out_, *found->value, yaml_node::kind::map, "'" + std::string{key} + "'"))
    return nullptr;
  return found->value.get();
}

}  // namespace hearth
