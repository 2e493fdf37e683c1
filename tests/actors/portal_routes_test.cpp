#include "actors/portal/openapi.hpp"
#include "tests/actors/page_house.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::testing;

std::string lower(std::string_view word) {
  auto out = std::string{word};
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// A path that the route takes.
std::string some_path(const route& r) {
  auto path = std::string{r.path};
  const auto brace = path.find('{');
  if (brace != std::string::npos) path.replace(brace, path.find('}') - brace + 1, "living");
  return path;
}

}  // namespace

TEST_CASE("every route of the page stands in its description for programs, and nothing else does") {
  const auto described = page_json::parse(openapi_text());
  auto in_text = std::set<std::string>{};
  for (const auto& [path, methods] : described["paths"].items())
    for (const auto& [method, operation] : methods.items()) {
      in_text.insert(method + " " + path);
      CHECK(operation.contains("summary"));
    }
  auto in_table = std::set<std::string>{};
  for (const auto& r : routes()) in_table.insert(lower(r.method) + " " + std::string{r.path});
  CHECK(in_text == in_table);
}

TEST_CASE("the description says of every route who may, and means the same by it") {
  const auto described = page_json::parse(openapi_text());
  for (const auto& r : routes()) {
    CAPTURE(r.path);
    const auto said =
        described["paths"][std::string{r.path}][lower(r.method)]["x-role"].get<std::string>();
    CHECK(said.substr(0, said.find(';')) ==
          (r.least ? std::string{to_text(*r.least)} : std::string{"anybody"}));
  }
}

TEST_CASE("whoever is not signed in gets nothing of a house but that it is there") {
  auto h = page_house{};
  for (const auto& r : routes()) {
    if (!r.least) continue;
    CAPTURE(r.path);
    const auto got = h.asked(h.nobody, std::string{r.method}, some_path(r), page_json::object());
    REQUIRE(std::holds_alternative<web_response>(got));
    CHECK(std::get<web_response>(got).status == 401);
  }
}

TEST_CASE("a viewer reads all that a viewer may, and every route above that is refused") {
  auto h = page_house{};
  for (const auto& r : routes()) {
    if (!r.least || *r.least == role::viewer) continue;
    CAPTURE(r.path);
    const auto got = h.asked(h.viewer, std::string{r.method}, some_path(r), page_json::object());
    REQUIRE(std::holds_alternative<web_response>(got));
    CHECK(std::get<web_response>(got).status == 403);
  }
}

TEST_CASE("a path that is none is not found, and a wrong method is said to be one") {
  auto h = page_house{};
  CHECK(h.ask(h.viewer, "GET", "/api/v1/nowhere").status == 404);
  CHECK(h.ask(h.viewer, "GET", "/api/v1/control/leases/a/b").status == 404);
  auto drawn = h.request(h.viewer, "GET", "/api");  // a page that the script draws
  drawn.headers["accept-encoding"] = "gzip";
  CHECK(std::get<web_response>(h.asked(drawn)).status == 200);
  CHECK(h.ask(h.household, "DELETE", "/api/v1/plan").status == 405);
  CHECK(h.ask(h.household, "GET", "/api/v1/control/leases").status == 405);
  CHECK(h.ask(h.viewer, "POST", "/index.html").status == 404);
}

TEST_CASE(
    "the authority's certificate is for anybody, and nothing stands in for one that is not there") {
  auto h = page_house{};
  auto got = h.ask(h.nobody, "GET", "/ca.crt");
  CHECK(got.status == 404);
  CHECK(body_of(got)["error"].get<std::string>().find("not encrypted") != std::string::npos);
  h.authority = [] { return result<std::string>{"-----BEGIN CERTIFICATE-----\n"}; };
  h.start();
  got = h.ask(h.nobody, "GET", "/ca.crt");
  CHECK(got.status == 200);
  CHECK(header_in(got, "Content-Type") == "application/x-x509-ca-cert");
  CHECK(got.body == "-----BEGIN CERTIFICATE-----\n");
  CHECK(h.ask(h.nobody, "POST", "/ca.crt").status == 405);
  h.authority = [] { return failed(fault_code::no_such_device, "/var/lib/hearth/keys/ca.crt"); };
  h.start();
  got = h.ask(h.nobody, "GET", "/ca.crt");
  CHECK(got.status == 404);
  CHECK(got.body.find("/var/lib") == std::string::npos);
}

TEST_CASE("a change without its token, or from another site's page, does not happen") {
  auto h = page_house{};
  const auto body = page_json{{"kind", "boost"}, {"for_s", 600}};
  auto without = h.request(h.household, "POST", "/api/v1/control/leases", body);
  without.headers.erase("x-hearth-token");
  auto elsewhere = h.request(h.household, "POST", "/api/v1/control/leases", body);
  elsewhere.headers["origin"] = "https://example.org";
  for (const auto& each : {without, elsewhere}) {
    const auto got = h.asked(each);
    CHECK(std::get<web_response>(got).status == 403);
  }
  CHECK(h.page->wanted() == household{});
}

TEST_CASE("pages are served as they were packed, with a name that a browser can keep") {
  auto h = page_house{};
  auto asked = h.request(h.nobody, "GET", "/history");
  asked.headers["accept-encoding"] = "gzip, br";
  auto got = std::get<web_response>(h.asked(asked));
  CHECK(got.status == 200);
  REQUIRE(got.content);
  CHECK(*got.content == "packed page");
  CHECK(header_in(got, "Content-Encoding") == "gzip");
  CHECK(header_in(got, "Cache-Control") == "no-cache");

  asked.headers["if-none-match"] = "\"first\"";
  CHECK(std::get<web_response>(h.asked(asked)).status == 304);

  asked.path = "/assets/main-1a2b.js";
  got = std::get<web_response>(h.asked(asked));
  CHECK(got.status == 200);
  CHECK(header_in(got, "Cache-Control") == "public, max-age=31536000, immutable");

  asked.path = "/assets/other.js";
  CHECK(std::get<web_response>(h.asked(asked)).status == 404);

  asked.path = "/";
  asked.headers.erase("if-none-match");
  asked.headers.erase("accept-encoding");
  CHECK(std::get<web_response>(h.asked(asked)).status == 406);
}

TEST_CASE("health is told to anybody, metrics only to whoever has their token") {
  auto h = page_house{};
  CHECK(h.ask(h.nobody, "GET", "/healthz").status == 204);
  CHECK(h.ask(h.installer, "GET", "/metrics").status == 404);
  auto asked = h.request(h.nobody, "GET", "/metrics");
  asked.headers["authorization"] = "Bearer " + std::string(64, '0');
  CHECK(std::get<web_response>(h.asked(asked)).status == 404);
  asked.headers["authorization"] = std::string{"Bearer "} + metrics_token;
  auto got = h.asked(asked);
  REQUIRE(std::holds_alternative<asked_how_history_fares>(got));
  auto fares = history_status{};
  fares.bytes = 4096;
  const auto text = std::get<asked_how_history_fares>(got).render(&fares).body;
  CHECK(text.find("hearth_channel_value{channel=\"tank.top\",unit=\"°C\"} 50") !=
        std::string::npos);
  CHECK(text.find("hearth_zone_setpoint_celsius{zone=\"living\"} 20") != std::string::npos);
  CHECK(text.find("hearth_history_bytes 4096") != std::string::npos);
  CHECK(text.find("hearth_store_celsius 45") != std::string::npos);
  // A house without a token has no metrics at all.
  auto without = house_with_page();
  without.portal->metrics_token_sha256.clear();
  auto other = page_house{without};
  CHECK(std::get<web_response>(other.asked(asked)).status == 404);
}

TEST_CASE(
    "DNS rebinding: pages, files and what programs read are not answered under a foreign name") {
  auto h = page_house{};
  auto paths = std::vector<std::string>{"/", "/assets/main-1a2b.js", "/nothing", "/plan"};
  for (const auto& r : routes()) paths.push_back(some_path(r));
  for (const auto& path : paths) {
    CAPTURE(path);
    auto asked = h.request(h.viewer, "GET", path);
    asked.headers["host"] = "evil.example.com";
    const auto got = h.asked(asked);
    REQUIRE(std::holds_alternative<web_response>(got));
    CHECK(std::get<web_response>(got).status == 403);
  }
  CHECK(h.ask(h.nobody, "GET", "/").status != 403);
}
