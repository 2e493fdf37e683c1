#include "actors/view/canvas.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// How many bytes the character has that starts with `first`; 0 if none does.
std::size_t length_from(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// C0, DEL and C1: what a terminal obeys instead of showing.
bool obeyed(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  return first < 0x20 || first == 0x7F ||
         (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
}

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
  while (!utf8.empty()) {
    const auto length = length_from(static_cast<unsigned char>(utf8.front()));
    const auto whole = length != 0 && length <= utf8.size() &&
                       std::all_of(utf8.begin() + 1, utf8.begin() + static_cast<long>(length),
                                   continues);
    const auto taken = utf8.substr(0, whole ? length : 1);
    out.emplace_back(whole && !obeyed(taken) ? taken : "?");
    utf8.remove_prefix(taken.size());
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
