#include "protocol/topics.hpp"

#include <algorithm>

namespace hearth {
namespace {

constexpr std::string_view root = "hearth/v1/";

std::string under(std::string_view site, std::string_view rest) {
  return std::string{root}.append(site).append(rest);
}

/// Takes the text before the next slash off the front of `rest`, with the slash.
std::string_view take_level(std::string_view& rest) {
  const auto level = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(level.size() + 1, rest.size()));
  return level;
}

}  // namespace

std::string birth_topic(std::string_view site) { return under(site, "/birth"); }

std::string up_topic(std::string_view site, std::string_view kind) {
  return kind == "birth" ? birth_topic(site) : under(site, "/up/").append(kind);
}

std::string down_topic(std::string_view site, std::string_view kind) {
  return under(site, "/down/").append(kind);
}

std::string all_down(std::string_view site) { return down_topic(site, "#"); }

bool goes_unconfirmed(std::string_view topic_text) {
  const auto t = parse_topic(topic_text);
  if (!t) return false;
  for (const auto* kind : {"power", "snapshot", "heartbeat", "backlog"})
    if (t->kind == kind) return true;
  return false;
}

std::optional<topic> parse_topic(std::string_view text) {
  if (!text.starts_with(root) || text.ends_with('/')) return {};
  auto rest = text.substr(root.size());
  const auto site = take_level(rest);
  const auto way = take_level(rest);
  const auto kind = rest;
  if (site.empty()) return {};
  if (way == "birth" && kind.empty()) return topic{std::string{site}, direction::up, "birth"};
  if (kind.empty() || kind == "birth" || kind.find('/') != kind.npos) return {};
  if (way == "up") return topic{std::string{site}, direction::up, std::string{kind}};
  if (way == "down") return topic{std::string{site}, direction::down, std::string{kind}};
  return {};
}

}  // namespace hearth
