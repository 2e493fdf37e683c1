#include "actors/node/audit.hpp"

#include "actors/node/json_words.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

using json_words::json;

constexpr auto first_bytes = std::size_t{16};

/// Neither control characters of a peer nor what would break a column reaches the output.
std::string plain(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string number(std::uint64_t n) { return std::to_string(n); }

std::string run_text(const message_run& r) {
  return plain(r.boot_id) + "-" + number(r.first) + (r.last > r.first ? ".." + number(r.last) : "");
}

std::string hex_start(const std::string& bytes) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto out = std::string{};
  for (const auto c : bytes.substr(0, first_bytes)) {
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return bytes.size() > first_bytes ? out + "…" : out;
}

std::string age_text(const site_audit& a, time_point t) {
  return to_text(
      std::max<duration>(std::chrono::floor<std::chrono::seconds>(a.at - t), duration{0}));
}

std::string pending_text(const site_audit& a) {
  if (!a.waiting) return "the house has not said";
  const auto said = " (said " + age_text(a, a.waiting_heard) + " ago)";
  if (a.waiting->waiting == 0) return "nothing" + said;
  const auto oldest = a.waiting->oldest ? to_iso8601(*a.waiting->oldest) + ", " +
                                              age_text(a, *a.waiting->oldest) + " old"
                                        : "undated";
  return oldest + "; " + number(a.waiting->waiting) + " messages of " +
         number(a.waiting->waiting_bytes) + " bytes wait" + said;
}

std::string boot_text(const boot_audit& b) {
  auto out = plain(b.boot_id) + ": " + number(b.received) + " received of " +
             (b.ended ? "" : "at least ") + number(b.made);
  if (b.missing > 0) out += ", " + number(b.missing) + " missing";
  if (b.lost > 0) out += ", " + number(b.lost) + " told lost";
  if (b.refused > 0) out += ", " + number(b.refused) + " refused";
  if (b.counts_live) out += ", numbered by an older version: gaps unknown";
  return out;
}

boot_audit boot_of(const std::string& id, const known_boot& b) {
  auto out = boot_audit{id,      b.heard.count(), b.top(), 0, b.lost_count(), b.refused.count(),
                        b.ended, b.counts_live};
  for (const auto& gap : b.gaps()) out.missing += gap.last - gap.first + 1;
  return out;
}

}  // namespace

site_audit audit_of(const site_memory& house, ledger_totals ledger, quarantine_list quarantine,
                    time_point now) {
  auto out = site_audit{};
  out.site = house.site;
  out.at = now;
  out.losses.assign(house.losses.begin(), house.losses.end());
  out.duplicates = house.counters.duplicates;
  out.deferred = house.counters.deferred;
  out.ledger = std::move(ledger);
  out.quarantine = std::move(quarantine);
  out.waiting = house.last_backlog;
  out.waiting_heard = house.last_backlog_heard;
  for (const auto& id : house.boots.in_order()) {
    const auto& boot = house.boots.all().at(id);
    out.boots.push_back(boot_of(id, boot));
    out.received += out.boots.back().received;
    out.missing += out.boots.back().missing;
    out.lost += out.boots.back().lost;
    for (const auto& gap : boot.gaps())
      if (out.gaps.size() < limits::resend_runs) out.gaps.push_back({id, gap.first, gap.last});
  }
  return out;
}

std::string page_of(const site_audit& a) {
  auto out = plain(a.site) + ": " + (a.clean() ? "clean" : "NOT CLEAN") + "\n";
  const auto line = [&](const char* what, const std::string& text) {
    out += std::string{what} + text + "\n";
  };
  line("  received        ", number(a.received) + " journaled messages");
  line("  gaps            ", number(a.missing));
  for (const auto& r : a.gaps) line("    ", run_text(r));
  line("  told lost       ", number(a.lost));
  for (const auto& l : a.losses)
    line("    ", run_text(l.lost) + " " + to_iso8601(l.at) + ": " + plain(l.reason));
  line("  duplicates      ", number(a.duplicates) + " heard again, without effect");
  line("  applied twice   ", number(a.ledger.applied_twice) + ", by a ledger of " +
                                 number(a.ledger.rows) + " rows, " + number(a.ledger.forgotten) +
                                 " older ones forgotten");
  for (const auto& r : a.ledger.repeated)
    line("    ", plain(r.boot_id) + "-" + number(r.sequence) + " " + number(r.times) + " times");
  line("  put off         ", number(a.deferred) + " times a message found no room and was left");
  line("  quarantined     ", number(a.quarantine.kept.size()) + ", " +
                                 number(a.quarantine.forgotten) + " older ones forgotten");
  for (const auto& q : a.quarantine.kept)
    line("    ", to_iso8601(q.at) + " " + plain(q.topic) + " " +
                     (q.message_id.empty() ? "?" : plain(q.message_id)) + " " + plain(q.reason) +
                     " [" + number(q.bytes.size()) + " bytes, " + number(q.times) +
                     " times: " + hex_start(q.bytes) + "]");
  line("  oldest pending  ", pending_text(a));
  line("  boots           ", number(a.boots.size()));
  for (const auto& b : a.boots) line("    ", boot_text(b));
  return out;
}

std::string table_of(const site_audit& a) {
  auto out = std::string{};
  const auto line = [&](std::initializer_list<std::string> columns) {
    for (auto c = columns.begin(); c != columns.end(); ++c)
      out += (c == columns.begin() ? "" : "\t") + *c;
    out += '\n';
  };
  line({"site", plain(a.site), a.clean() ? "clean" : "not-clean"});
  line({"received", number(a.received)});
  line({"gaps", number(a.missing)});
  line({"told-lost", number(a.lost)});
  line({"duplicates", number(a.duplicates)});
  line({"applied-twice", number(a.ledger.applied_twice)});
  line({"ledger", number(a.ledger.rows), number(a.ledger.forgotten)});
  line({"deferred", number(a.deferred)});
  line({"quarantined", number(a.quarantine.kept.size()), number(a.quarantine.forgotten)});
  if (a.waiting)
    line({"pending", number(a.waiting->waiting), number(a.waiting->waiting_bytes),
          a.waiting->oldest ? to_iso8601(*a.waiting->oldest) : "", to_iso8601(a.waiting_heard)});
  for (const auto& r : a.gaps) line({"gap", plain(r.boot_id), number(r.first), number(r.last)});
  for (const auto& l : a.losses)
    line({"loss", plain(l.lost.boot_id), number(l.lost.first), number(l.lost.last),
          to_iso8601(l.at), plain(l.reason)});
  for (const auto& r : a.ledger.repeated)
    line({"twice", plain(r.boot_id), number(r.sequence), number(r.times)});
  for (const auto& q : a.quarantine.kept)
    line({"refused", to_iso8601(q.at), plain(q.topic), plain(q.message_id), number(q.times),
          number(q.bytes.size()), hex_start(q.bytes), plain(q.reason)});
  for (const auto& b : a.boots)
    line({"boot", plain(b.boot_id), number(b.received), number(b.made), number(b.missing),
          number(b.lost), number(b.refused), b.ended ? "ended" : "open"});
  return out;
}

std::string json_of(const site_audit& a) {
  auto j = json{{"site", a.site},
                {"at", to_iso8601(a.at)},
                {"clean", a.clean()},
                {"received", a.received},
                {"missing", a.missing},
                {"gaps", json::array()},
                {"lost", a.lost},
                {"losses", json::array()},
                {"duplicates", a.duplicates},
                {"deferred", a.deferred},
                {"applied_twice", a.ledger.applied_twice},
                {"applied", json::array()},
                {"ledger_rows", a.ledger.rows},
                {"ledger_forgotten", a.ledger.forgotten},
                {"quarantined", json::array()},
                {"quarantine_forgotten", a.quarantine.forgotten},
                {"pending", json{}},
                {"boots", json::array()}};
  for (const auto& r : a.gaps)
    j["gaps"].push_back({{"boot_id", r.boot_id}, {"first", r.first}, {"last", r.last}});
  for (const auto& l : a.losses) j["losses"].push_back(json_words::of(body{l}));
  for (const auto& r : a.ledger.repeated)
    j["applied"].push_back({{"boot_id", r.boot_id}, {"sequence", r.sequence}, {"times", r.times}});
  for (const auto& q : a.quarantine.kept)
    j["quarantined"].push_back({{"at", to_iso8601(q.at)},
                                {"topic", q.topic},
                                {"message_id", q.message_id},
                                {"reason", q.reason},
                                {"times", q.times},
                                {"bytes", q.bytes.size()},
                                {"first_bytes", hex_start(q.bytes)}});
  if (a.waiting) {
    j["pending"] = json_words::of(body{*a.waiting});
    j["pending"]["heard"] = to_iso8601(a.waiting_heard);
    if (a.waiting->oldest)
      j["pending"]["oldest_age_s"] =
          std::chrono::duration<double>(a.at - *a.waiting->oldest).count();
  }
  for (const auto& b : a.boots)
    j["boots"].push_back({{"boot_id", b.boot_id},
                          {"received", b.received},
                          {"made", b.made},
                          {"missing", b.missing},
                          {"lost", b.lost},
                          {"refused", b.refused},
                          {"ended", b.ended},
                          {"gaps_known", !b.counts_live}});
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hearth
