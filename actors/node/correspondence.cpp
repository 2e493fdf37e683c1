#include "actors/node/correspondence.hpp"

#include <algorithm>

namespace hearth {
namespace {

std::string contract_meant(const body& b) {
  if (const auto* c = std::get_if<contract>(&b)) return c->id;
  if (const auto* w = std::get_if<withdrawal>(&b)) return w->contract_id;
  return {};
}

}  // namespace

bool correspondence::concerns(const envelope& e) const {
  if (e.site != sent_.site || !is_upstream(e.body)) return false;
  if (e.in_reply_to == sent_.message_id) return true;
  if (const auto* a = std::get_if<ack>(&e.body))
    return a->message_id == sent_.message_id ||
           std::ranges::find(a->more, sent_.message_id) != a->more.end();
  if (const auto* n = std::get_if<nack>(&e.body)) return n->message_id == sent_.message_id;
  if (const auto* o = std::get_if<outcome>(&e.body)) return o->request_id == sent_.message_id;
  if (const auto* r = std::get_if<contract_report>(&e.body))
    return !r->contract_id.empty() && r->contract_id == contract_meant(sent_.body);
  if (const auto* q = std::get_if<query>(&sent_.body))
    return kind_of(e.body) == to_text(q->subject);
  return false;
}

/// A query is answered by the kind of message its subject is named after.
std::optional<correspondence::answer> correspondence::hear(const envelope& e) {
  if (!concerns(e)) return {};
  if (const auto* n = std::get_if<nack>(&e.body))
    return answer{false, std::string{to_text(n->reason)} + (n->text.empty() ? "" : ": " + n->text)};
  if (const auto* o = std::get_if<outcome>(&e.body)) return answer{o->accepted, o->reason};
  if (const auto* r = std::get_if<contract_report>(&e.body)) return judge(*r);
  arrived_ = true;
  if (const auto* q = std::get_if<query>(&sent_.body))
    return kind_of(e.body) == to_text(q->subject) ? std::optional{answer{true, {}}} : std::nullopt;
  const auto told_only = std::holds_alternative<prices>(sent_.body) ||
                         std::holds_alternative<weather>(sent_.body) ||
                         std::holds_alternative<heartbeat>(sent_.body);
  return told_only ? std::optional{answer{true, {}}} : std::nullopt;
}

/// A house repeats reports until somebody acknowledges them, so that an old one may come first:
/// one that cannot be about this message is passed over.
std::optional<correspondence::answer> correspondence::judge(const contract_report& r) const {
  const auto reason = std::string{to_text(r.status)} + (r.reason.empty() ? "" : ": " + r.reason);
  const auto alive = r.status == contract_status::accepted || r.status == contract_status::active;
  if (std::holds_alternative<contract>(sent_.body)) return answer{alive, reason};
  if (alive) return {};
  return answer{r.status == contract_status::withdrawn, reason};
}

}  // namespace hearth
