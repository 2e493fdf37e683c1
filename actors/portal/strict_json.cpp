#include "actors/portal/strict_json.hpp"

#include "actors/portal/json_answer.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

using value = nlohmann::json;

/// Walks over a text without keeping it, and stops at the first thing that is not to be kept.
class body_walker final : public nlohmann::json_sax<value> {
 public:
  std::string wrong;  ///< empty: nothing

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t n, const string_t&) override {
    return std::isfinite(n) || stop("it has a number that is too large");
  }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return stop("it is no JSON"); }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return not_too_deep();
  }
  bool key(string_t& name) override {
    if (name.size() > longest_key) return stop("it has a key that is too long");
    return keys_.back().insert(name).second || stop("it has a key twice");
  }
  bool end_object() override { return keys_.pop_back(), true; }
  bool start_array(std::size_t) override {
    keys_.emplace_back();
    return not_too_deep();
  }
  bool end_array() override { return keys_.pop_back(), true; }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::json::exception&) override {
    return stop("it is no JSON at byte " + std::to_string(at));
  }

 private:
  bool stop(std::string why) {
    wrong = std::move(why);
    return false;
  }
  bool not_too_deep() { return keys_.size() <= deepest_body || stop("it is nested too deeply"); }

  std::vector<std::set<std::string>> keys_;  ///< of each object that is open; none of a list
};

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::string shown(double number) {
  auto text = value(number).dump();
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

result<nlohmann::json> strict_object(std::string_view body) {
  if (body.size() > longest_body) return failed(fault_code::malformed, "the body is too long");
  auto walker = body_walker{};
  if (!value::sax_parse(body, &walker))
    return failed(fault_code::malformed, "the body cannot be read: " + walker.wrong);
  auto parsed = value::parse(body, nullptr, false);
  if (!parsed.is_object()) return failed(fault_code::malformed, "the body is no JSON object");
  return parsed;
}

struct strict_reader::all_of_it {
  value body;  ///< where the reader has made it
  std::optional<std::string> unreadable;
  std::optional<complaint> first;
  struct visited {
    const value* object;
    std::string place;
    std::set<std::string, std::less<>> taken;
  };
  std::vector<visited> seen;

  void complain(std::string field, std::string error) {
    if (!first) first = complaint{std::move(error), std::move(field)};
  }
};

strict_reader::strict_reader(const nlohmann::json& object)
    : strict_reader{std::make_shared<all_of_it>(), object, ""} {}

strict_reader::strict_reader(const web_request& asked)
    : all_{std::make_shared<all_of_it>()}, object_{&all_->body} {
  auto body = strict_object(asked.body);
  if (body)
    all_->body = std::move(*body);
  else
    all_->unreadable = body.error().detail;
  all_->seen.push_back({object_, "", {}});
}

strict_reader::strict_reader(std::shared_ptr<all_of_it> all, const nlohmann::json& object,
                             std::string place)
    : all_{std::move(all)}, object_{&object}, place_{std::move(place)} {
  if (!object_->is_object()) all_->complain(place_, "this is no object");
  all_->seen.push_back({object_, place_, {}});
}

bool strict_reader::has(std::string_view key) const {
  return object_->is_object() && object_->contains(std::string{key});
}

const nlohmann::json* strict_reader::take(std::string_view key) {
  for (auto& visited : all_->seen)
    if (visited.object == object_) visited.taken.emplace(key);
  if (!object_->is_object()) return nullptr;
  const auto found = object_->find(std::string{key});
  if (found != object_->end()) return &*found;
  complain(key, "'" + std::string{key} + "' is missing");
  return nullptr;
}

std::optional<std::string> strict_reader::text(std::string_view key, std::size_t longest,
                                               std::size_t shortest) {
  const auto* found = take(key);
  if (found == nullptr) return {};
  const auto* said = found->get_ptr<const std::string*>();
  if (said == nullptr)
    complain(key, "'" + std::string{key} + "' must be a text");
  else if (said->size() < shortest)
    complain(key, "'" + std::string{key} + "' is " + (said->empty() ? "empty" : "too short"));
  else if (said->size() > longest)
    complain(key,
             "'" + std::string{key} + "' is longer than " + std::to_string(longest) + " bytes");
  else if (has_control_character(*said))
    complain(key, "'" + std::string{key} + "' has a character that cannot be shown");
  else
    return *said;
  return {};
}

std::optional<double> strict_reader::number(std::string_view key, double least, double most) {
  const auto* found = take(key);
  if (found == nullptr) return {};
  if (!found->is_number()) {
    complain(key, "'" + std::string{key} + "' must be a number");
    return {};
  }
  const auto said = found->get<double>();
  if (said >= least && said <= most) return said;
  complain(key,
           "'" + std::string{key} + "' must lie between " + shown(least) + " and " + shown(most));
  return {};
}

std::optional<std::int64_t> strict_reader::integer(std::string_view key, std::int64_t least,
                                                   std::int64_t most) {
  const auto* found = take(key);
  if (found == nullptr) return {};
  // Numbers beyond 64 bits with a sign are kept without one, or as floating ones.
  const auto fits =
      found->is_number_integer() &&
      (!found->is_number_unsigned() || found->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (!found->is_number_integer())
    complain(key, "'" + std::string{key} + "' must be a whole number");
  else if (!fits || found->get<std::int64_t>() < least || found->get<std::int64_t>() > most)
    complain(key, "'" + std::string{key} + "' must lie between " + std::to_string(least) + " and " +
                      std::to_string(most));
  else
    return found->get<std::int64_t>();
  return {};
}

std::optional<bool> strict_reader::flag(std::string_view key) {
  const auto* found = take(key);
  if (found == nullptr) return {};
  if (found->is_boolean()) return found->get<bool>();
  complain(key, "'" + std::string{key} + "' must be true or false");
  return {};
}

std::optional<std::string> strict_reader::one_of(std::string_view key,
                                                 std::span<const std::string_view> words) {
  const auto* found = take(key);
  if (found == nullptr) return {};
  const auto* said = found->get_ptr<const std::string*>();
  if (said != nullptr && std::ranges::find(words, *said) != words.end()) return *said;
  auto known = std::string{};
  for (const auto w : words) known += (known.empty() ? "" : ", ") + std::string{w};
  complain(key, "'" + std::string{key} + "' must be one of " + known);
  return {};
}

std::vector<std::int64_t> strict_reader::integers(std::string_view key, std::int64_t least,
                                                  std::int64_t most, std::size_t longest) {
  const auto* found = take(key);
  if (found == nullptr) return {};
  auto out = std::vector<std::int64_t>{};
  auto good = found->is_array() && found->size() <= longest;
  if (good)
    for (const auto& one : *found) {
      good = good && one.is_number_integer() &&
             (!one.is_number_unsigned() || one.get<std::uint64_t>() <= std::uint64_t{INT64_MAX}) &&
             one.get<std::int64_t>() >= least && one.get<std::int64_t>() <= most;
      if (good) out.push_back(one.get<std::int64_t>());
    }
  if (good) return out;
  complain(key, "'" + std::string{key} + "' must be a list of at most " + std::to_string(longest) +
                    " whole numbers between " + std::to_string(least) + " and " +
                    std::to_string(most));
  return {};
}

std::vector<strict_reader> strict_reader::objects(std::string_view key, std::size_t longest) {
  const auto* found = take(key);
  if (found == nullptr) return {};
  if (!found->is_array() || found->size() > longest) {
    complain(key,
             "'" + std::string{key} + "' must be a list of at most " + std::to_string(longest));
    return {};
  }
  auto out = std::vector<strict_reader>{};
  for (const auto& one : *found)
    out.push_back(strict_reader{
        all_, one, place_ + std::string{key} + "[" + std::to_string(out.size()) + "]."});
  return out;
}

void strict_reader::complain(std::string_view key, std::string error) {
  all_->complain(place_ + std::string{key}, std::move(error));
}

std::optional<web_response> strict_reader::problem() const {
  if (all_->unreadable) return hearth::problem(400, *all_->unreadable);
  // What nobody asked for comes first: a misspelt key is missing under its right name, too.
  for (const auto& [object, place, taken] : all_->seen)
    if (object->is_object())
      for (const auto& [key, unused] : object->items())
        if (!taken.contains(key))
          return hearth::problem(422, "'" + key + "' is not known here", place + key);
  if (all_->first) return hearth::problem(422, all_->first->error, all_->first->field);
  return {};
}

}  // namespace hearth
