#include "actors/record/log_reader.hpp"

#include "actors/record/log_words.hpp"
#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "protocol/codec.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <istream>
#include <stdexcept>

namespace hearth {

using log_words::json;

/// What one line's JSON means. Throws what nlohmann throws, or std::invalid_argument.
struct log_reader::meaning {
  log_reader& self;
  const json& line;

  [[nodiscard]] time_point at() const { return log_words::time_from(line.at("at")); }

  [[noreturn]] static void wrong(const std::string& why) { throw std::invalid_argument{why}; }

  log_head head() {
    const auto version = log_words::whole_number_from(line.at("version"));
    if (version != log_words::version)
      wrong("this log is of format " + std::to_string(version) + "; this program reads format " +
            std::to_string(log_words::version) + ": use the scada that wrote it, or a newer one");
    auto out = log_head{};
    out.program = line.at("program").get<std::string>();
    out.site = line.at("site").get<std::string>();
    out.boot_id = line.at("boot").get<std::string>();
    out.time_zone = line.at("time_zone").get<std::string>();
    out.layout_hash = line.at("layout_sha256").get<std::string>();
    out.layout_text = line.at("layout").get<std::string>();
    out.pace.control = log_words::duration_from(line.at("control_ms"));
    out.pace.housekeeping = log_words::duration_from(line.at("housekeeping_ms"));
    for (const auto pace : {out.pace.control, out.pace.housekeeping})
      if (pace <= duration{0} || pace > std::chrono::days{1})
        wrong("no house looks at itself every " + std::to_string(pace.count()) + " ms");
    out.tariff = log_words::tariff_from(line.at("tariff"));
    for (const auto& c : line.at("channels")) {
      const auto u = unit_from_symbol(c.at(1).get<std::string>());
      if (!u) wrong("unit '" + c.at(1).get<std::string>() + "' is none known here");
      out.channels.emplace_back(c.at(0).get<std::string>(), *u);
    }
    out.at = at();
    self.forget();
    self.channels_ = out.channels;
    self.places_.clear();
    self.house_.reset();
    return out;
  }

  /// Its place in the log's own list of channels.
  [[nodiscard]] std::size_t channel_from(const json& j) const {
    if (!j.is_number_unsigned() || j.get<std::uint64_t>() >= self.channels_.size())
      wrong("there is no channel of this number");
    return j.get<std::size_t>();
  }

  snapshot seen() {
    const auto now = at();
    auto said_all = std::size_t{0};
    auto anew = !self.points_.has_value();
    if (anew) self.points_.emplace(self.channels_.size());
    for (const auto& one : line.at("see")) {
      const auto place = channel_from(one.at(0));
      auto& p = (*self.points_)[place];
      p.at = now - log_words::duration_from(one.at(1));
      if (one.size() > 2) p.value = log_words::value_from(one.at(2), self.channels_[place].second);
      if (one.size() <= 3) continue;
      p.quality = log_words::quality_from(one.at(3));
      p.since = now - log_words::duration_from(one.at(4));
      ++said_all;
    }
    if (anew && said_all != self.channels_.size()) {
      self.points_.reset();
      wrong("not all channels are said, where all are to be");
    }
    auto out = snapshot{now, std::vector<point>(self.house_->channels.size())};
    for (auto& p : out.points) p.at = p.since = now;
    for (std::size_t i = 0; i < self.places_.size(); ++i)
      if (self.places_[i]) out.points[self.places_[i]->value] = (*self.points_)[i];
    return out;
  }

  directive_heard heard() {
    const auto bytes = log_words::bytes_of(line.at("wire").get_ref<const std::string&>());
    if (!bytes) wrong("the bytes of a message are not in hex");
    auto message = decode(*bytes);
    if (!message) wrong("the message of the node: " + to_text(message.error()));
    return {std::move(*message), at()};
  }

  asked_on_site asked() {
    auto message = heard();
    auto* const wish = std::get_if<request>(&message.directive.body);
    if (!wish) wrong("what was asked on site is no request");
    return {std::move(*wish), std::move(message.directive.message_id), message.at};
  }

  std::optional<dispatcher_input> input() {
    if (line.contains("begin")) {
      self.forget();
      return dispatcher_begun{at()};
    }
    if (line.contains("see")) return seen();
    if (line.contains("hear")) return heard();
    if (line.contains("on_site")) return asked();
    if (line.contains("dates")) return dates_told{log_words::dating_from(line.at("dates")), at()};
    if (line.contains("contracts"))
      return contracts_taken_up{line.at("contracts").get<std::string>(), at()};
    if (line.contains("plan")) return plan_made{log_words::plan_from(line.at("plan")), at()};
    if (line.contains("household"))
      return household_told{log_words::household_from(line.at("household")), at()};
    if (line.contains("retell")) return reporter_returned{at()};
    if (!line.contains("returned")) wrong("this line says nothing that is known here");
    const auto& name = line.at("returned").get_ref<const std::string&>();
    const auto& devices = self.house_->devices;
    const auto found = std::ranges::find(devices, name, &device_layout::name);
    if (found == devices.end()) return {};
    return device_returned{device_id{static_cast<std::uint16_t>(found - devices.begin())}, at()};
  }

  std::vector<decision> decided() {
    auto out = std::vector<decision>{};
    const auto now = at();
    for (const auto& one : list("order")) {
      out.push_back(log_words::command_from(one, now));
      self.orders_[out.back().subject] = out.back();
      self.orders_[out.back().subject].expires -= now.time_since_epoch();
    }
    for (const auto& one : list("again")) {
      const auto before = self.orders_.find(self.channels_[channel_from(one)].first);
      if (before == self.orders_.end()) wrong("a command is renewed that was never given");
      out.push_back(before->second);
      out.back().expires += now.time_since_epoch();
    }
    for (const auto& one : list("say")) out.push_back(log_words::statement_from(one));
    return out;
  }

  [[nodiscard]] json list(const char* key) const {
    return line.contains(key) ? line.at(key) : json::array();
  }

  log_entry entry() {
    if (!line.is_object()) wrong("this is no line of a decision log");
    if (line.contains("hearth")) {
      if (line.at("hearth") != "decision log") wrong("this is no decision log");
      return head();
    }
    if (!self.house_) wrong("this is no decision log: it does not begin with the head of one");
    if (line.contains("end")) return log_end{false, at()};
    if (line.contains("full")) return log_end{true, at()};
    if (line.contains("lost")) {
      self.forget();
      const auto lost = log_words::whole_number_from(line.at("lost"));
      if (lost < 1) wrong("a gap of nothing");
      return log_gap{static_cast<std::uint64_t>(lost), at()};
    }
    auto step = log_step{at(), input(), {}};
    step.was = decided();
    return step;
  }
};

std::optional<log_line> next_log_line(std::istream& in) {
  auto line = log_line{{}, false};
  auto* source = in.rdbuf();
  while (line.text.size() < limits::log_line_bytes) {
    const auto c = source->sbumpc();
    if (c == std::istream::traits_type::eof()) break;
    if (c == '\n') {
      line.ended = true;
      break;
    }
    line.text += std::istream::traits_type::to_char_type(c);
  }
  if (line.text.empty() && !line.ended) return {};
  return line;
}

void log_reader::forget() {
  points_.reset();
  orders_.clear();
}

tl::expected<log_entry, std::string> log_reader::read(std::string_view line) {
  if (line.starts_with("SQLite format 3"))
    return tl::make_unexpected(
        std::string{"this is a journal, which keeps what the house says and never what it was "
                    "told; what can be replayed is written by scada run --record FILE"});
  const auto parsed = json::parse(line, nullptr, false);
  if (parsed.is_discarded())
    return tl::make_unexpected(std::string{house_ ? "this is no line of a decision log"
                                                  : "this is no decision log; one is written by "
                                                    "scada run --record FILE"});
  try {
    return meaning{*this, parsed}.entry();
  } catch (const std::invalid_argument& e) {
    return tl::make_unexpected(std::string{e.what()});
  } catch (const json::exception& e) {
    return tl::make_unexpected(std::string{"something is missing, or is of the wrong kind: "} +
                               e.what());
  }
}

void log_reader::tell_in_terms_of(std::shared_ptr<const layout> house) {
  house_ = std::move(house);
  places_.clear();
  for (const auto& [name, u] : channels_) {
    auto place = house_->find_channel(name);
    if (place && (*house_)[*place].unit != u) place.reset();
    places_.push_back(place);
  }
}

tl::expected<std::shared_ptr<const layout>, std::string> house_of(const log_head& head) {
  auto parsed = parse_layout(head.layout_text, "layout", ".", known_catalog());
  if (!parsed.layout)
    return tl::make_unexpected("today's scada does not accept the layout of this log (" +
                               parsed.diagnostics.front().message +
                               "); give one that it does with --layout FILE");
  if (parsed.layout->hash != head.layout_hash)
    return tl::make_unexpected(
        std::string{"the layout in this log is not the one it was begun "
                    "with; give that with --layout FILE"});
  parsed.layout->pace = head.pace;
  parsed.layout->tariff = head.tariff;
  return std::make_shared<const layout>(std::move(*parsed.layout));
}

}  // namespace hearth
