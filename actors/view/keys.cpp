#include "actors/view/keys.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace hearth {
namespace {

/// No key we know sends more. Beyond: no key.
constexpr std::size_t longest = 8;
constexpr auto escape_byte = '\x1b';

struct sequence {
  std::string_view bytes;
  key::kind what;
};
/// As xterm, the Linux console and screen send them, in both modes of their cursor keys.
constexpr auto sequences = std::array{
    sequence{"\x1b[A", key::kind::up},       sequence{"\x1bOA", key::kind::up},
    sequence{"\x1b[B", key::kind::down},     sequence{"\x1bOB", key::kind::down},
    sequence{"\x1b[5~", key::kind::page_up}, sequence{"\x1b[6~", key::kind::page_down},
    sequence{"\x1b[H", key::kind::home},     sequence{"\x1bOH", key::kind::home},
    sequence{"\x1b[1~", key::kind::home},    sequence{"\x1b[F", key::kind::end},
    sequence{"\x1bOF", key::kind::end},      sequence{"\x1b[4~", key::kind::end},
};

std::size_t utf8_length(unsigned char first) {
  if (first >= 0xF0) return 4;
  if (first >= 0xE0) return 3;
  if (first >= 0xC0) return 2;
  return 1;
}

/// How long the escape sequence at the start is; nothing if its end has not come yet.
std::optional<std::size_t> escape_length(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  if (bytes[1] != '[' && bytes[1] != 'O') return 1;  // the key itself, and something after it
  for (std::size_t i = 2; i < bytes.size(); ++i)
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7E) return i + 1;
  if (bytes.size() >= longest) return bytes.size();
  return {};
}

std::optional<key> key_of(std::string_view bytes) {
  for (const auto& s : sequences)
    if (s.bytes == bytes) return key{s.what};
  if (bytes.front() == escape_byte)
    return bytes.size() == 1 ? std::optional{key{key::kind::escape}} : std::nullopt;
  if (bytes == "\r" || bytes == "\n") return key{key::kind::enter};
  if (bytes == "\x7f" || bytes == "\b") return key{key::kind::backspace};
  if (static_cast<unsigned char>(bytes.front()) < 0x20) return {};
  return key{key::kind::character, std::string{bytes}};
}

}  // namespace

std::vector<key> key_reader::feed(std::string_view bytes) {
  auto out = std::vector<key>{};
  waiting_ += bytes;
  auto left = std::string_view{waiting_};
  while (!left.empty()) {
    const auto length = left.front() == escape_byte
                            ? escape_length(left)
                            : std::optional{utf8_length(static_cast<unsigned char>(left.front()))};
    if (!length || *length > left.size()) break;
    if (auto pressed = key_of(left.substr(0, *length))) out.push_back(std::move(*pressed));
    left.remove_prefix(*length);
  }
  waiting_ = std::string{left};
  return out;
}

std::vector<key> key_reader::rest() {
  const auto was = std::exchange(waiting_, {});
  if (was.size() == 1 && was.front() == escape_byte) return {key{key::kind::escape}};
  return {};
}

}  // namespace hearth
