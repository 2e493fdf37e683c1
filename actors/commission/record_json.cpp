#include "actors/commission/record_json.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace hearth {
namespace {

using json = nlohmann::ordered_json;

constexpr auto kind = "commissioning";
constexpr auto version = 1;

check_verdict verdict_from(const json& j) {
  const auto& word = j.get_ref<const std::string&>();
  for (const auto v : {check_verdict::passed, check_verdict::failed, check_verdict::skipped})
    if (to_text(v) == word) return v;
  throw std::invalid_argument{"'" + word + "' is no verdict"};
}

time_point time_from(const json& j) {
  const auto t = from_iso8601(j.get_ref<const std::string&>());
  if (!t) throw std::invalid_argument{"a time that is none"};
  return *t;
}

unit unit_from(const json& j) {
  const auto u = unit_from_symbol(j.get_ref<const std::string&>());
  if (!u) throw std::invalid_argument{"a unit that is none"};
  return *u;
}

json of(const check_finding& f) {
  auto values = json::object();
  for (const auto& [name, value] : f.values)
    values[name] = {{"amount", value.amount}, {"unit", symbol(value.unit)}};
  return {{"check", f.check}, {"subject", f.subject},   {"verdict", to_text(f.verdict)},
          {"seen", f.seen},   {"at", to_iso8601(f.at)}, {"values", std::move(values)}};
}

check_finding finding_from(const json& j) {
  auto out = check_finding{j.at("check").get<std::string>(), j.at("subject").get<std::string>(),
                           verdict_from(j.at("verdict")), j.at("seen").get<std::string>(),
                           time_from(j.at("at"))};
  for (const auto& [name, value] : j.at("values").items())
    out.values.emplace_back(
        name, measured{value.at("amount").get<double>(), unit_from(value.at("unit"))});
  return out;
}

}  // namespace

std::string report_json(const commission_record& r) {
  auto findings = json::array();
  for (const auto& f : r.findings) findings.push_back(of(f));
  const auto out = json{{"hearth", kind},
                        {"version", version},
                        {"site", r.site},
                        {"layout_sha256", r.layout_hash},
                        {"program", r.program},
                        {"began", to_iso8601(r.began)},
                        {"ended", to_iso8601(r.ended)},
                        {"complete", r.complete},
                        {"signed_by", r.signed_by},
                        {"passed", r.count(check_verdict::passed)},
                        {"failed", r.count(check_verdict::failed)},
                        {"skipped", r.count(check_verdict::skipped)},
                        {"findings", std::move(findings)}};
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

tl::expected<commission_record, std::string> commission_record_from(std::string_view text) {
  const auto j = json::parse(text, nullptr, false);
  if (j.is_discarded() || !j.is_object() || j.value("hearth", json{}) != kind)
    return tl::make_unexpected(std::string{"this is no report of a commissioning in JSON"});
  try {
    if (j.at("version") != version) throw std::invalid_argument{"of another version"};
    auto out = commission_record{j.at("site").get<std::string>(),
                                 j.at("layout_sha256").get<std::string>(),
                                 j.at("program").get<std::string>(),
                                 time_from(j.at("began")),
                                 time_from(j.at("ended")),
                                 j.at("complete").get<bool>(),
                                 j.at("signed_by").get<std::string>(),
                                 {}};
    for (const auto& f : j.at("findings")) out.findings.push_back(finding_from(f));
    return out;
  } catch (const json::exception& e) {
    return tl::make_unexpected("a report that cannot be gone on with: " + std::string{e.what()});
  } catch (const std::invalid_argument& e) {
    return tl::make_unexpected("a report that cannot be gone on with: " + std::string{e.what()});
  }
}

}  // namespace hearth
