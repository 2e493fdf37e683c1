#include "actors/node/node.hpp"

#include "actors/node/limits.hpp"
#include "protocol/codec.hpp"
#include "protocol/topics.hpp"

namespace hearth {
namespace {

/// Answers are never answered: two programs that do not understand each other fall silent.
bool may_be_answered(const topic& where) {
  return where.direction == direction::up && where.kind != "ack" && where.kind != "nack";
}

}  // namespace

node::node(node_options options, outlook world, std::map<std::string, site_memory> remembered)
    : options_{std::move(options)}, world_{std::move(world)}, sites_{std::move(remembered)} {}

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
    return refuse(std::move(out), *where, no, to_text(read.error()), now);
  }
  out.way = where->direction;
  if (out.way == direction::down) return overhear(std::move(out), std::move(*read), now);
  out.heard = std::move(*read);
  const auto& e = *out.heard;
  if (e.site != where->site)
    return refuse(std::move(out), *where,
                  {e.message_id, nack_reason::wrong_site, "this is the topic of another house"},
                  "site '" + e.site + "' spoke on the topic of '" + where->site + "'", now);
  if (kind_of(e.body) != where->kind)
    return refuse(std::move(out), *where,
                  {e.message_id, nack_reason::unexpected, "this is the topic of another kind"},
                  "'" + std::string{kind_of(e.body)} + "' on the topic of '" + where->kind + "'",
                  now);
  auto* memory = memory_of(e.site);
  if (memory == nullptr) {
    out.trouble = fault{fault_code::overflow, "too many sites; this one keeps its journal"};
    return out;
  }
  auto heard = memory->hear(e, now, prices());
  out.fresh = heard.fresh;
  if (heard.reply) {
    if (const auto* no = std::get_if<nack>(&*heard.reply))
      return refuse(std::move(out), *where, *no, no->text, now);
    if (options_.answers)
      out.send.push_back(compose(e.site, std::move(*heard.reply), now, e.message_id));
  }
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

turn node::refuse(turn t, const topic& where, nack no, std::string why, time_point now) {
  t.trouble = fault{fault_code::malformed, std::move(why)};
  const auto about = no.message_id;
  if (options_.answers && may_be_answered(where))
    t.send.push_back(compose(t.site, std::move(no), now, about));
  return t;
}

std::vector<outgoing> node::tick(time_point now) {
  auto out = std::vector<outgoing>{};
  if (!options_.dispatch) return out;
  for (auto& [site, memory] : sites_)
    for (auto& b : decide(memory, world_, *options_.dispatch, now)) {
      memory.say(b, now, prices());
      out.push_back(compose(site, std::move(b), now));
    }
  return out;
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
