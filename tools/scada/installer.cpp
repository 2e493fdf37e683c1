#include "tools/scada/installer.hpp"

#include "actors/view/canvas.hpp"

#include <algorithm>
#include <iostream>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace hearth::tools {
namespace {

/// Of one answer. Beyond: not taken.
constexpr std::size_t longest_answer = 200;

}  // namespace

installer::installer(std::optional<std::deque<std::string>> answers)
    : answers_{std::move(answers)} {
  if (!answers_ && terminal::has_keys()) keys_.emplace();
}

installer::~installer() {
  if (keys_) std::cout << "\r\x1b[K" << std::flush;
}

void installer::say(const std::string& line) {
  // A name in a layout or in a device's answer moves no cursor.
  auto plain = std::string{};
  for (const auto& character : characters(line)) plain += character;
  std::cout << (keys_ ? "\r\x1b[K" : "") << plain << "\n" << std::flush;
}

void installer::ask(const std::string& question) {
  if (keys_) keys_->forget();
  say("? " + question);
}

void installer::show(const std::string& status) {
  if (!keys_) return;
  auto line = characters("> " + typed_ + "_   " + status);
  const auto room = static_cast<std::size_t>(std::max(terminal::size().columns - 1, 1));
  if (line.size() > room) line.resize(room);
  auto text = std::string{"\r"};
  for (const auto& character : line) text += character;
  std::cout << text << "\x1b[K" << std::flush;
}

std::optional<std::string> installer::answer(std::chrono::milliseconds patience) {
  if (keys_) return from_keys(patience);
  if (!answers_) return from_pipe(patience);
  if (answers_->empty()) {
    gone_ = true;
    return {};
  }
  auto next = std::move(answers_->front());
  answers_->pop_front();
  say("> " + next);
  return next;
}

std::optional<std::string> installer::from_keys(std::chrono::milliseconds patience) {
  const auto bytes = keys_->typed(patience);
  if (!bytes) {
    gone_ = true;
    return {};
  }
  for (const auto& k : bytes->empty() ? reader_.rest() : reader_.feed(*bytes)) {
    if (k.what == key::kind::character && typed_.size() < longest_answer) typed_ += k.text;
    if (k.what == key::kind::escape) typed_.clear();
    if (k.what == key::kind::backspace && !typed_.empty()) {
      auto letters = characters(typed_);
      letters.pop_back();
      typed_.clear();
      for (const auto& letter : letters) typed_ += letter;
    }
    if (k.what != key::kind::enter) continue;
    say("> " + typed_);
    return std::exchange(typed_, {});
  }
  return {};
}

std::optional<std::string> installer::from_pipe(std::chrono::milliseconds patience) {
  auto there = pollfd{STDIN_FILENO, POLLIN, 0};
  if (::poll(&there, 1, static_cast<int>(patience.count())) <= 0) return {};
  // Byte by byte, so that what follows the line waits for the question it answers.
  for (auto c = char{}; ::read(STDIN_FILENO, &c, 1) == 1;) {
    if (c == '\n') {
      say("> " + typed_);
      return std::exchange(typed_, {});
    }
    if (typed_.size() < longest_answer) typed_ += c;
    if (::poll(&there, 1, 0) <= 0) return {};
  }
  gone_ = true;
  return {};
}

}  // namespace hearth::tools
