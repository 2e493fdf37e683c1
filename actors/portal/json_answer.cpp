#include "actors/portal/json_answer.hpp"

#include <algorithm>
#include <cstdint>

namespace hearth {

web_response json(unsigned status, const nlohmann::json& body) {
  return {status,
          {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}},
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

web_response problem(unsigned status, std::string error, std::string field) {
  auto body = nlohmann::json{{"error", std::move(error)}};
  if (!field.empty()) body["field"] = std::move(field);
  return json(status, body);
}

web_response too_often(duration wait) {
  constexpr auto second = duration{1'000};
  const auto seconds = std::max<std::int64_t>(1, (wait + second - duration{1}) / second);
  auto answer =
      json(429, {{"error", "too often; try again in " + to_text(std::chrono::seconds{seconds})},
                 {"retry_after_s", seconds}});
  answer.headers.emplace_back("Retry-After", std::to_string(seconds));
  return answer;
}

web_response disk_says_no(const fault& bad) {
  if (bad.code == fault_code::mismatch)
    return problem(503, "somebody has changed the accounts just now; try again");
  return problem(503, "this cannot be kept, so it is not done: the disk refuses it");
}

web_response done_without_words() { return {204, {{"Cache-Control", "no-store"}}, ""}; }

}  // namespace hearth
