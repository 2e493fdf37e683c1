#include "actors/view/canvas.hpp"

#include "protocol/utf8.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// C0, DEL and C1: what a terminal obeys instead of showing.
bool is_obeyed(char32_t letter) { return letter < 0x20 || (letter >= 0x7F && letter < 0xA0); }

std::string escape(const ink& look) {
  auto codes = std::string{"\x1b[0"};
  if (look.bold) codes += ";1";
  if (look.dim) codes += ";2";
  if (look.reversed) codes += ";7";
  if (look.colour) codes += ";38;5;" + std::to_string(*look.colour);
  return codes + "m";
}

}  // namespace

std::vector<std::string> characters(std::string_view utf8) {
  auto out = std::vector<std::string>{};
  out.reserve(utf8.size());
  for (auto at = std::size_t{0}; at < utf8.size();) {
    const auto letter = letter_at(utf8, at);
    const auto bytes = letter ? letter->bytes : 1;
    out.emplace_back(letter && !is_obeyed(letter->value) ? utf8.substr(at, bytes) : "?");
    at += bytes;
  }
  return out;
}

canvas::canvas(canvas_size size)
    : size_{std::max(size.columns, 1), std::max(size.rows, 1)},
      cells_(static_cast<std::size_t>(size_.columns) * static_cast<std::size_t>(size_.rows)) {}

int canvas::put(int row, int column, std::string_view text, ink with, int width) {
  if (row < 0 || row >= size_.rows || column < 0) return column;
  const auto room = std::clamp(size_.columns - column, 0, std::max(width, 0));
  auto letters = characters(text);
  if (letters.size() > static_cast<std::size_t>(room)) {
    letters.resize(static_cast<std::size_t>(room));
    if (!letters.empty()) letters.back() = "…";
  }
  for (auto& letter : letters)
    cells_[static_cast<std::size_t>(row * size_.columns + column++)] = {std::move(letter), with};
  return column;
}

std::vector<std::string> canvas::lines(bool colour) const {
  auto out = std::vector<std::string>{};
  for (auto row = 0; row < size_.rows; ++row) {
    const auto* first = &cells_[static_cast<std::size_t>(row * size_.columns)];
    auto end = size_.columns;
    while (end > 0 && first[end - 1].character == " " && !(colour && first[end - 1].look.reversed))
      --end;
    auto line = std::string{};
    auto now = ink{};
    for (auto column = 0; column < end; ++column) {
      const auto& c = first[column];
      if (colour && c.look != now) line += escape(now = c.look);
      line += c.character;
    }
    if (now != ink{}) line += escape({});
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace hearth
