#pragma once

#include "actors/portal/portal.hpp"
#include "drivers/ports/sensor_token.hpp"
#include "tests/actors/houses.hpp"
#include "tests/actors/page_people.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hearth::testing {

/// The token that Prometheus has, and its digest, which the layout has.
inline constexpr auto metrics_token =
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

inline layout house_with_page() {
  auto l = small_house();
  l.history.emplace();
  auto& page = l.portal.emplace();
  page.listen = "0.0.0.0:8443";
  page.cert = "page.pem";
  page.key = "page.key";
  page.metrics_token_sha256 = sensor_token_digest(metrics_token);
  return l;
}

inline constexpr auto some_pages = std::to_array<page_file>({
    {"/index.html", "text/html; charset=utf-8", "\"first\"", "packed page", false},
    {"/assets/main-1a2b.js", "text/javascript; charset=utf-8", "\"second\"", "packed script", true},
});

/// The page's own store, whose disk can be full or unreadable while the people's is not.
class full_disk final : public store_over {
 public:
  using store_over::store_over;
  bool full = false;
  bool unreadable = false;

  result<std::optional<std::string>> setting(const std::string& name) override {
    if (unreadable) return failed(fault_code::io, "the disk does not answer");
    return store_over::setting(name);
  }
  std::optional<fault> set_setting(const std::string& name, const std::string& text) override {
    return full ? refusal() : store_over::set_setting(name, text);
  }
  std::optional<fault> acknowledge(const alarm_acknowledgement& what) override {
    return full ? refusal() : store_over::acknowledge(what);
  }

 private:
  static std::optional<fault> refusal() { return fault{fault_code::io, "the disk is full"}; }
};

/// A house with its page, three people who are signed in, and no socket.
struct page_house {
  page_people people;
  std::shared_ptr<const layout> house;
  image seen;
  time_point now = noon;
  std::shared_ptr<full_disk> disk = std::make_shared<full_disk>(people.disk);
  std::optional<portal> page;
  browser installer, household, viewer, nobody;
  std::function<result<std::string>()> authority = {};

  explicit page_house(layout l = house_with_page()) : house{shared(std::move(l))}, seen{*house} {
    installer = people.claimed();
    household = people.added(installer, "Hanna", "household");
    viewer = people.added(installer, "Vera", "viewer");
    start();
  }

  /// The program begins (again), over the same disk; its dispatcher lives by this.
  void start(const dating& dates = exact_dates, const hearth::household& lived_by = {}) {
    auto random = [seed = 7U](std::size_t count) mutable {
      auto bytes = std::string{};
      for (std::size_t i = 0; i < count; ++i)
        bytes += static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24U);
      return bytes;
    };
    auto how = password_hashing{
        [](const std::string& p) -> result<std::string> { return "hash of " + p; },
        [](const std::string& e, const std::string& p) { return e == "hash of " + p; }};
    auto door = guard{disk, how, random,
                      guard::options{"maple", people.encrypted, people.names, {8, 20, 200, 50}}};
    page.emplace(house, std::move(door), disk, random, some_pages, authority);
    page->redate(dates, now);
    page->begin(now);
    page->stand({{}, {}, {}, lived_by}, now);
    page->see(seen.now());
  }

  void pass(duration d) {
    now += d;
    people.now += d;
    page->see(seen.pass(d).now());
    page->tick(now);
  }

  reply asked(const web_request& request) { return page->answer(request, now, people.now); }
  reply asked(const browser& b, const std::string& method, const std::string& path,
              const page_json& body = {}) {
    return asked(request(b, method, path, body));
  }
  web_response ask(const browser& b, const std::string& method, const std::string& path,
                   const page_json& body = {}) {
    auto got = asked(b, method, path, body);
    REQUIRE(std::holds_alternative<web_response>(got));
    return std::get<web_response>(std::move(got));
  }
  page_json get(const browser& b, const std::string& path) {
    const auto got = ask(b, "GET", path);
    REQUIRE(got.status == 200);
    return body_of(got);
  }

  /// `path` may have a question mark and what stands behind it.
  [[nodiscard]] web_request request(const browser& b, const std::string& method,
                                    const std::string& path, const page_json& body = {}) const {
    const auto mark = path.find('?');
    auto made = people.request(b, method, path.substr(0, mark), body);
    for (auto rest = mark == std::string::npos ? std::string{} : path.substr(mark + 1);
         !rest.empty();) {
      const auto one = rest.substr(0, rest.find('&'));
      rest.erase(0, one.size() + 1);
      const auto is = one.find('=');
      made.query.emplace(one.substr(0, is), is == std::string::npos ? "" : one.substr(is + 1));
    }
    return made;
  }
};

}  // namespace hearth::testing
