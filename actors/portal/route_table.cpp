#include "actors/portal/portal_desk.hpp"

#include <array>

namespace hearth {
namespace {

constexpr auto anybody = std::optional<role>{};

// clang-format off
constexpr auto table = std::to_array<route>({
    // The guard's.
    {"GET",    "/api/v1/session",                 anybody,         nullptr,           "Who is signed in, and the token that changes need"},
    {"POST",   "/api/v1/claim",                   anybody,         nullptr,           "Makes the first account, with the claim code"},
    {"POST",   "/api/v1/login",                   anybody,         nullptr,           "Signs in"},
    {"POST",   "/api/v1/logout",                  role::viewer,    nullptr,           "Signs out"},
    {"PUT",    "/api/v1/password",                role::viewer,    nullptr,           "Changes one's own password"},
    {"GET",    "/api/v1/users",                   role::installer, nullptr,           "All accounts"},
    {"POST",   "/api/v1/users",                   role::installer, nullptr,           "Makes an account"},
    {"PUT",    "/api/v1/users/{name}",            role::installer, nullptr,           "Changes an account's role or password"},
    {"DELETE", "/api/v1/users/{name}",            role::installer, nullptr,           "Removes an account and signs it out"},
    {"GET",    "/api/v1/audit",                   role::installer, nullptr,           "Who did what, newest first"},
    // The house's.
    {"GET",    "/api/v1/house",                   role::viewer,    serve_house,       "What the house is made of"},
    {"GET",    "/api/v1/now",                     role::viewer,    serve_now,         "Every channel and who is in charge, now"},
    {"GET",    "/api/v1/live",                    role::viewer,    serve_live,        "The same as server-sent events, as it changes"},
    {"GET",    "/api/v1/plan",                    role::viewer,    serve_plan,        "The newest plan, slot by slot"},
    {"GET",    "/api/v1/history",                 role::viewer,    serve_history,     "Channels of the past, folded into buckets"},
    {"GET",    "/api/v1/history.csv",             role::viewer,    serve_history_csv, "The same as a table"},
    {"GET",    "/api/v1/chronicle",               role::viewer,    serve_chronicle,   "What was said, decided and planned, newest first"},
    {"GET",    "/api/v1/moment",                  role::viewer,    serve_moment,      "What the controller knew at a second of the past"},
    {"GET",    "/api/v1/money",                   role::viewer,    serve_money,       "What it cost, and what a thermostat would have cost"},
    {"GET",    "/api/v1/control",                 role::viewer,    serve_control,     "Setpoints, schedules, leases and actuators"},
    {"POST",   "/api/v1/control/leases",          role::household, serve_new_lease,   "Asks for a setpoint, boost, holiday, hands-off or hold for a while"},
    {"DELETE", "/api/v1/control/leases/{id}",     role::household, serve_end_lease,   "Ends a lease before its time"},
    {"PUT",    "/api/v1/control/schedules/{zone}",role::household, serve_schedule,    "A zone's setpoints by the week"},
    {"GET",    "/api/v1/alarms",                  role::viewer,    serve_alarms,      "What somebody should look at, and what is over"},
    {"POST",   "/api/v1/alarms/{id}/acknowledge", role::household, serve_acknowledge, "Somebody has seen it"},
    {"GET",    "/api/v1/devices",                 role::viewer,    serve_devices,     "Devices, buses, link, history and program"},
    {"GET",    "/api/v1/openapi.json",            anybody,         serve_openapi,     "This interface, for programs"},
    {"GET",    "/metrics",                        anybody,         serve_metrics,     "For Prometheus, with a token of its own"},
    {"GET",    "/healthz",                        anybody,         serve_health,      "Whether the page answers"},
    {"GET",    "/ca.crt",                         anybody,         serve_authority,   "The authority's certificate, for who is to trust the page"},
});
// clang-format on

/// The first part of what is left of a path.
std::string_view next_part(std::string_view& rest) {
  rest.remove_prefix(std::min<std::size_t>(rest.size(), 1));
  const auto part = rest.substr(0, rest.find('/'));
  rest.remove_prefix(part.size());
  return part;
}

/// What stands for the part in braces, empty where there is none; nothing: another path.
std::optional<std::string> matched(std::string_view pattern, std::string_view path) {
  auto place = std::string{};
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_part(pattern);
    const auto given = next_part(path);
    if (wanted.starts_with('{') && !given.empty())
      place = given;
    else if (wanted != given)
      return {};
  }
  if (!pattern.empty() || !path.empty()) return {};
  return place;
}

}  // namespace

std::span<const route> routes() { return table; }

std::optional<found_route> find_route(std::string_view method, std::string_view path) {
  auto elsewhere = std::optional<found_route>{};
  for (const auto& each : table) {
    auto place = matched(each.path, path);
    if (!place) continue;
    if (each.method == method) return found_route{&each, std::move(*place)};
    elsewhere = found_route{nullptr, {}};
  }
  return elsewhere;
}

}  // namespace hearth
