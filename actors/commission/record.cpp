#include "actors/commission/record.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// In a cell of a table.
std::string cell(const std::string& text) {
  auto out = std::string{};
  for (const auto c : text) {
    if (c == '|') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string row(const std::string& name, const std::string& value) {
  return "| " + name + " | " + cell(value) + " |\n";
}

std::string counts(const commission_record& r) {
  return std::to_string(r.count(check_verdict::passed)) + " passed, " +
         std::to_string(r.count(check_verdict::failed)) + " failed, " +
         std::to_string(r.count(check_verdict::skipped)) + " skipped";
}

}  // namespace

std::string_view to_text(check_verdict v) {
  switch (v) {
  case check_verdict::passed: return "passed";
  case check_verdict::failed: return "failed";
  case check_verdict::skipped: return "skipped";
  }
  return "unknown";
}

std::size_t commission_record::count(check_verdict v) const {
  return static_cast<std::size_t>(std::ranges::count(findings, v, &check_finding::verdict));
}

bool commission_record::passed() const {
  return complete && !signed_by.empty() && count(check_verdict::passed) == findings.size();
}

std::string report_text(const commission_record& r) {
  auto text = "# Commissioning of " + r.site + "\n\n| | |\n| --- | --- |\n";
  text +=
      row("result", counts(r) + (r.complete ? "" : "; interrupted, not every check was come to"));
  text += row("signed by", r.signed_by.empty() ? "nobody" : r.signed_by);
  text += row("began", to_iso8601(r.began));
  text += row("ended", to_iso8601(r.ended));
  text += row("layout", "SHA-256 " + r.layout_hash);
  text += row("program", "scada " + r.program);
  text += "\n| check | subject | verdict | what was seen |\n| --- | --- | --- | --- |\n";
  for (const auto& f : r.findings) {
    const auto word = std::string{to_text(f.verdict)};
    text += "| " + cell(f.check) + " | " + cell(f.subject) + " | " +
            (f.verdict == check_verdict::passed ? word : "**" + word + "**") + " | " +
            cell(f.seen) + " |\n";
  }
  return text;
}

}  // namespace hearth
