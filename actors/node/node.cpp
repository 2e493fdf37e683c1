#include "actors/node/node.hpp"

#include "actors/node/limits.hpp"
#include "protocol/codec.hpp"
#include "protocol/limits.hpp"
#include "protocol/topics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// Answers are never answered: two programs that do not understand each other fall silent.
bool may_be_answered(const topic& where) {
  return where.direction == direction::up && where.kind != "ack" && where.kind != "nack";
}

/// The topic's word is all there is to go by when the message cannot be read.
bool has_a_sequence(std::string_view kind) {
  constexpr auto journaled =
      std::array<std::string_view, 5>{"report", "event", "outcome", "contract", "loss"};
  return std::ranges::find(journaled, kind) != journaled.end();
}

}  // namespace

node::node(node_options options, outlook world, std::map<std::string, site_memory> remembered)
    : options_{std::move(options)}, world_{std::move(world)}, sites_{std::move(remembered)} {
  if (options_.dispatch && options_.dispatch->bids) market_.emplace(options_.dispatch->timezone);
}

std::vector<std::string> node::topics() const {
  auto out = std::vector<std::string>{};
  const auto add = [&](const std::string& site) {
    out.push_back(birth_topic(site));
    out.push_back(up_topic(site, "#"));
    if (options_.overhears) out.push_back(all_down(site));
  };
  if (options_.sites.empty()) add("+");
  for (const auto& site : options_.sites) add(site);
  return out;
}

turn node::take(const mqtt_message& m, time_point now) {
  const auto where = parse_topic(m.topic);
  if (!where) {
    ++counters_.foreign;
    return {.trouble = fault{fault_code::malformed, "'" + m.topic + "' is no topic of ours"}};
  }
  auto out = turn{.site = where->site};
  // Clearing a retained birth is done with an empty message; it says nothing.
  if (where->kind == "birth" && m.payload.empty()) return out;

  auto read = decode(m.payload);
  if (!read) {
    ++counters_.undecodable;
    const auto no =
        nack{message_id_in(m.payload).value_or(""), reason_for(read.error()), read.error().detail};
    return refuse(std::move(out), *where, no, m, to_text(read.error()), now);
  }
  out.way = where->direction;
  if (out.way == direction::down) return overhear(std::move(out), std::move(*read), now);
  out.heard = std::move(*read);
  const auto& e = *out.heard;
  if (e.site != where->site)
    return refuse(std::move(out), *where,
                  {e.message_id, nack_reason::wrong_site, "this is the topic of another house"}, m,
                  "site '" + e.site + "' spoke on the topic of '" + where->site + "'", now);
  if (kind_of(e.body) != where->kind)
    return refuse(std::move(out), *where,
                  {e.message_id, nack_reason::unexpected, "this is the topic of another kind"}, m,
                  "'" + std::string{kind_of(e.body)} + "' on the topic of '" + where->kind + "'",
                  now);
  auto* memory = memory_of(e.site);
  if (memory == nullptr) {
    out.trouble = fault{fault_code::overflow, "too many sites; this one keeps its journal"};
    return out;
  }
  auto heard = memory->hear(e, now, prices());
  out.fresh = heard.fresh;
  out.trouble = std::move(heard.not_taken);
  if (!heard.reply) return out;
  if (const auto* no = std::get_if<nack>(&*heard.reply))
    return refuse(std::move(out), *where, *no, m, no->text, now);
  if (!options_.answers) return out;
  if (auto* yes = std::get_if<ack>(&*heard.reply))
    acks_[e.site].push_back(std::move(yes->message_id));
  else
    out.send.push_back(compose(e.site, std::move(*heard.reply), now, e.message_id));
  return out;
}

/// A contract another program sent is as good as one of ours: it is remembered as offered. What
/// comes back of our own words is passed over.
turn node::overhear(turn t, envelope e, time_point now) {
  if (e.boot_id == options_.boot_id) return t;
  if (std::holds_alternative<contract>(e.body) && e.site == t.site)
    if (auto* memory = memory_of(t.site)) memory->say(e.body, now, prices());
  t.heard = std::move(e);
  t.fresh = true;
  return t;
}

turn node::refuse(turn t, const topic& where, nack no, const mqtt_message& m, std::string why,
                  time_point now) {
  if (options_.answers && where.direction == direction::up) quarantine(no, m, where, why, now);
  t.trouble = fault{fault_code::malformed, std::move(why)};
  const auto about = no.message_id;
  if (options_.answers && may_be_answered(where))
    t.send.push_back(compose(t.site, std::move(no), now, about));
  return t;
}

/// What the house repeats because our nack was slow is known by its id and not kept twice; the
/// store knows the others by their bytes.
void node::quarantine(nack no, const mqtt_message& m, const topic& where, const std::string& why,
                      time_point now) {
  auto* memory = memory_of(where.site);
  auto counted = no;
  if (!has_a_sequence(where.kind)) counted.message_id.clear();
  if (memory == nullptr || !memory->refuse(counted)) return;
  const auto kept = std::min(m.payload.size(), node_limits::quarantined_bytes);
  if (refused_bytes_ + kept > node_limits::unsaved_quarantine_bytes) {
    ++counters_.not_quarantined;
    return;
  }
  refused_bytes_ += kept;
  refused_.push_back({where.site, m.topic, std::move(no.message_id),
                      std::string{to_text(no.reason)} + ": " + why, m.payload.substr(0, kept),
                      now});
}

std::vector<outgoing> node::acknowledge(time_point now) {
  auto out = std::vector<outgoing>{};
  for (auto& [site, ids] : std::exchange(acks_, {}))
    for (auto from = ids.begin(); from != ids.end();) {
      auto yes = ack{*from, {}};
      const auto left = static_cast<std::size_t>(ids.end() - from) - 1;
      const auto more = std::min(left, limits::acks_together - 1);
      yes.more.assign(std::next(from), std::next(from, static_cast<std::ptrdiff_t>(more) + 1));
      std::advance(from, static_cast<std::ptrdiff_t>(more) + 1);
      auto first = yes.message_id;
      out.push_back(compose(site, std::move(yes), now, std::move(first)));
    }
  return out;
}

std::vector<outgoing> node::tick(time_point now) {
  auto out = std::vector<outgoing>{};
  const auto looks = options_.answers && (!looked_ || now >= *looked_ + 1s);
  if (looks) looked_ = now;
  if (market_) market_->look(world_, now);
  for (auto& [site, memory] : sites_) {
    if (looks)
      if (auto missing = watches_[site].ask(memory, now))
        out.push_back(compose(site, std::move(*missing), now));
    if (!options_.dispatch) continue;
    for (auto& b : decide(memory, world_, *options_.dispatch, now, market_ ? &*market_ : nullptr)) {
      memory.say(b, now, prices());
      out.push_back(compose(site, std::move(b), now));
    }
  }
  return out;
}

void node::saved() {
  for (auto& [site, memory] : sites_) memory.saved();
  refused_.clear();
  refused_bytes_ = 0;
}

outgoing node::compose(const std::string& site, body b, time_point now, std::string in_reply_to) {
  const auto sequence = ++sequence_;
  auto message = envelope{
      site, options_.boot_id,       sequence,    options_.boot_id + "-" + std::to_string(sequence),
      now,  std::move(in_reply_to), std::move(b)};
  return {down_topic(site, kind_of(message.body)), encode(message), message};
}

site_memory* node::memory_of(const std::string& site) {
  const auto found = sites_.find(site);
  if (found != sites_.end()) return &found->second;
  if (sites_.size() >= node_limits::sites) {
    ++counters_.beyond_limit;
    return nullptr;
  }
  auto& fresh = sites_[site];
  fresh.site = site;
  return &fresh;
}

price_lookup node::prices() const {
  return
      [this](time_point t) { return world_.prices ? price_at(*world_.prices, t) : std::nullopt; };
}

}  // namespace hearth
