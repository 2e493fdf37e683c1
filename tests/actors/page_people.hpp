#pragma once

#include "actors/portal/guard.hpp"
#include "drivers/ports/sqlite_accounts.hpp"
#include "protocol/time.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hearth::testing {

using namespace std::chrono_literals;
using page_json = nlohmann::json;

/// A store over another one, of which a test makes what it needs.
class store_over : public account_store {
 public:
  explicit store_over(std::shared_ptr<account_store> inner) : inner_{std::move(inner)} {}
  result<std::vector<account>> accounts() override { return inner_->accounts(); }
  result<std::vector<account_session>> sessions() override { return inner_->sessions(); }
  bool changed_elsewhere() override { return inner_->changed_elsewhere(); }
  std::optional<fault> save(const account_changes& changes) override {
    return inner_->save(changes);
  }
  result<audit_page> audit(std::optional<std::uint64_t> before, std::size_t limit) override {
    return inner_->audit(before, limit);
  }
  result<std::optional<std::string>> setting(const std::string& name) override {
    return inner_->setting(name);
  }
  std::optional<fault> set_setting(const std::string& name, const std::string& text) override {
    return inner_->set_setting(name, text);
  }
  result<std::vector<alarm_acknowledgement>> acknowledgements() override {
    return inner_->acknowledgements();
  }
  std::optional<fault> acknowledge(const alarm_acknowledgement& what) override {
    return inner_->acknowledge(what);
  }

 private:
  std::shared_ptr<account_store> inner_;
};

/// A store whose disk can fail.
class store_on_a_bad_disk final : public store_over {
 public:
  using store_over::store_over;
  std::optional<fault> fails_to_write, fails_to_read;
  std::size_t writes = 0;
  bool changed = false;

  result<std::vector<account>> accounts() override {
    changed = false;
    if (fails_to_read) return tl::make_unexpected(*fails_to_read);
    return store_over::accounts();
  }
  bool changed_elsewhere() override { return changed; }
  std::optional<fault> save(const account_changes& changes) override {
    if (fails_to_write) return fails_to_write;
    ++writes;
    return store_over::save(changes);
  }
};

/// A browser at some address, which keeps its cookies and its token.
struct browser {
  std::string peer = "192.168.1.20";
  std::string cookie = {};  ///< "name=value"
  std::string csrf = {};
  std::string known = {};  ///< the cookie that stays when the session has ended

  void take(const web_response& answered) {
    for (const auto& [name, value] : answered.headers)
      if (name == "Set-Cookie")
        (value.find("-known=") == std::string::npos ? cookie : known) =
            value.substr(0, value.find(';'));
    const auto said = page_json::parse(answered.body, nullptr, false);
    if (said.is_object() && said.contains("csrf") && said["csrf"].is_string()) csrf = said["csrf"];
  }
};

/// A house's page with its people, where hashing costs nothing and is counted.
struct page_people {
  time_point now = *from_iso8601("2026-01-15T08:00:00Z");
  std::shared_ptr<store_on_a_bad_disk> disk;
  int hashed = 0, verified = 0;
  unsigned seed = 0;
  std::unique_ptr<guard> door;
  bool encrypted = true;
  std::vector<std::string> names = {"heat.example.org"};

  page_people() {
    auto opened = open_sqlite_accounts(":memory:", {8, 20, 200, 50});
    REQUIRE(opened);
    disk = std::make_shared<store_on_a_bad_disk>(std::move(opened->store));
    start();
  }

  /// The program begins (again), over the same disk.
  void start() {
    auto how = password_hashing{[this](const std::string& p) -> result<std::string> {
                                  ++hashed;
                                  return "hash of " + p;
                                },
                                [this](const std::string& e, const std::string& p) {
                                  ++verified;
                                  return e == "hash of " + p;
                                }};
    // Other bytes each time, the same in each run.
    auto random = [this](std::size_t count) {
      auto bytes = std::string{};
      for (std::size_t i = 0; i < count; ++i)
        bytes += static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24U);
      return bytes;
    };
    door = std::make_unique<guard>(disk, how, random,
                                   guard::options{"maple", encrypted, names, {8, 20, 200, 50}});
  }

  [[nodiscard]] web_request request(const browser& b, std::string method, std::string path,
                                    const page_json& body = {}) const {
    auto asked = web_request{};
    asked.method = std::move(method);
    asked.path = std::move(path);
    asked.peer = b.peer;
    asked.headers = {{"host", "hearth.local:8443"}, {"sec-fetch-site", "same-origin"}};
    if (!b.cookie.empty() || !b.known.empty())
      asked.headers["cookie"] =
          b.cookie + (b.cookie.empty() || b.known.empty() ? "" : "; ") + b.known;
    if (asked.method == "GET") return asked;
    asked.headers["origin"] = (encrypted ? "https://" : "http://") + asked.headers["host"];
    asked.headers["content-type"] = "application/json";
    if (!b.csrf.empty()) asked.headers["x-hearth-token"] = b.csrf;
    if (!body.is_null()) asked.body = body.dump();
    return asked;
  }

  web_response ask(const web_request& asked) {
    auto answered = door->answer(asked, now);
    REQUIRE(answered);
    return *answered;
  }
  web_response ask(browser& b, const std::string& method, const std::string& path,
                   const page_json& body = {}) {
    auto answered = ask(request(b, method, path, body));
    b.take(answered);
    return answered;
  }

  web_response log_in(browser& b, const std::string& name, const std::string& password) {
    return ask(b, "POST", "/api/v1/login", {{"name", name}, {"password", password}});
  }
  [[nodiscard]] std::string state(const browser& b) {
    return page_json::parse(ask(request(b, "GET", "/api/v1/session")).body)["state"];
  }

  /// The first account, and its browser.
  browser claimed() {
    auto b = browser{};
    const auto answered = ask(
        b, "POST", "/api/v1/claim",
        {{"code", door->claim_code().value_or("")}, {"name", "Ines"}, {"password", ines_password}});
    REQUIRE(answered.status == 201);
    return b;
  }
  /// Somebody else, added by the first.
  browser added(browser& by, const std::string& name, const std::string& may) {
    REQUIRE(ask(by, "POST", "/api/v1/users",
                {{"name", name}, {"role", may}, {"password", other_password}})
                .status == 201);
    auto b = browser{"192.168.1.30"};
    REQUIRE(log_in(b, name, other_password).status == 200);
    return b;
  }

  std::vector<audit_entry> lines() {
    door->take_ended(now);
    const auto page = disk->audit({}, 1000);
    REQUIRE(page);
    return page->items;
  }
  [[nodiscard]] std::size_t lines_of(const std::string& action, bool ok) {
    auto count = std::size_t{0};
    for (const auto& line : lines()) count += line.action == action && line.ok == ok ? 1 : 0;
    return count;
  }

  static constexpr auto ines_password = "lantern under snow";
  static constexpr auto other_password = "gravel and clover";
};

inline std::string header_in(const web_response& answered, const std::string& name) {
  for (const auto& [key, value] : answered.headers)
    if (key == name) return value;
  return {};
}
inline page_json body_of(const web_response& answered) {
  return page_json::parse(answered.body, nullptr, false);
}

/// What the house does when somebody wants to set a boost; 0: it lets them.
inline unsigned tries_to_act(page_people& page, const web_request& asked,
                             role least = role::viewer) {
  const auto refused = page.door->refusal(asked, page.door->who(asked, page.now), least, page.now);
  return refused ? refused->status : 0;
}

inline web_request boost(const page_people& page, const browser& b) {
  return page.request(b, "POST", "/api/v1/control/leases", {{"kind", "boost"}, {"for_s", 60}});
}

}  // namespace hearth::testing
