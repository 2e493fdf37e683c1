#pragma once

#include "layouts/keys.hpp"

#include <string>
#include <utility>
#include <vector>

/// Words to write rows of keys with, one line each.
namespace hearth::fields {

inline field plain(std::string key, form is, std::string help) {
  return {.key = std::move(key), .is = is, .help = std::move(help)};
}
inline field text(std::string key, std::string help) {
  return plain(std::move(key), form::text, std::move(help));
}
inline field name(std::string key, std::string help) {
  return plain(std::move(key), form::name, std::move(help));
}
inline field flag(std::string key, std::string help) {
  return plain(std::move(key), form::flag, std::move(help));
}

inline field within(double lowest, double highest, field f) {
  f.lowest = lowest;
  f.highest = highest;
  return f;
}
inline field number(std::string key, double lowest, double highest, std::string help) {
  return within(lowest, highest, plain(std::move(key), form::number, std::move(help)));
}
inline field measure(std::string key, dimension d, double lowest, double highest,
                     std::string help) {
  auto f = within(lowest, highest, plain(std::move(key), form::quantity, std::move(help)));
  f.dimension = d;
  return f;
}
inline field choice(std::string key, std::vector<std::string> choices, std::string help) {
  auto f = plain(std::move(key), form::choice, std::move(help));
  f.choices = std::move(choices);
  return f;
}
/// A channel that is only read.
inline field channel(std::string key, unit u, std::string help) {
  auto f = plain(std::move(key), form::channel, std::move(help));
  f.channel_unit = u;
  return f;
}
/// An on/off channel that is commanded here, and nowhere else.
inline field relay(std::string key, std::string help) {
  auto f = channel(std::move(key), unit::on_off, std::move(help));
  f.commanded = true;
  return f;
}
inline field nested(form is, std::string key, const section& inner, std::string help) {
  auto f = plain(std::move(key), is, std::move(help));
  f.inner = &inner;
  return f;
}
inline field keys_of(std::string key, const section& inner, std::string help) {
  return nested(form::section, std::move(key), inner, std::move(help));
}
inline field list_of(std::string key, const section& inner, std::string help) {
  return nested(form::sections, std::move(key), inner, std::move(help));
}
inline field table_of(std::string key, const section& inner, std::string help) {
  return nested(form::table, std::move(key), inner, std::move(help));
}

inline field required(field f) {
  f.required = true;
  return f;
}
/// What holds when the file says nothing, as it would stand there.
inline field or_else(std::string fallback, field f) {
  f.fallback = std::move(fallback);
  return f;
}
/// A single value of this form may stand instead of the section.
inline field or_brief(form brief, field f) {
  f.brief = brief;
  return f;
}

}  // namespace hearth::fields
