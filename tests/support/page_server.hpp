#pragma once

#include "drivers/ports/web_server.hpp"
#include "tests/support/web_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hearth::testing {

/// A page server with a page that says what it heard: "/" is answered with "hello", "/echo" with
/// the body, "/big" with four megabytes, "/live" becomes a stream of "anna", and what begins with
/// "/silent" gets no answer.
struct page_server {
  web_bounds bounds;
  web_address where{"127.0.0.1:0", {}, {}};
  std::unique_ptr<web_server> server;
  std::uint16_t port = 0;

  ~page_server() { close(); }

  void open() {
    auto made = make_web_server(where, bounds, [this](web_request r) { hear(std::move(r)); });
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    server = std::move(*made);
    answering = server.get();
    const auto at = server->listens_at();
    port = static_cast<std::uint16_t>(std::stoul(at.substr(at.rfind(':') + 1)));
  }

  void close() {
    answering = nullptr;
    server.reset();
  }

  [[nodiscard]] web_client client() const { return web_client{port}; }
  int status_of(const std::string& request) const { return client().say(request).status(); }
  /// Of the one request of its own connection.
  std::string get(const std::string& path, const std::string& headers = {}) const {
    return client().get(path, headers).answer();
  }

  /// The requests heard so far; waits until there are so many, 10 s at most.
  std::vector<web_request> heard(std::size_t count) {
    auto held = std::unique_lock{lock};
    more.wait_for(held, std::chrono::seconds{10}, [&] { return requests.size() >= count; });
    return requests;
  }
  /// Waits until the traffic is so, 10 s at most.
  template <class Is>
  bool comes_to(Is is) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!is(server->traffic())) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }

 private:
  void hear(web_request r) {
    const auto id = r.id;
    const auto path = r.path;
    const auto body = r.body;
    {
      const auto held = std::lock_guard{lock};
      requests.push_back(std::move(r));
    }
    more.notify_all();
    if (path.starts_with("/silent")) return;
    auto* const by = answering.load();
    if (!by) return;
    auto what = web_response{200, {{"Content-Type", "text/plain"}}, "hello"};
    if (path == "/echo") what.body = body;
    if (path == "/big") what.content = std::make_shared<const std::string>(4 << 20, 'x');
    if (path == "/live") {
      what.headers.clear();
      what.body = "event: first\ndata: 1\n\n";
      what.stream = "anna";
    }
    by->answer(id, std::move(what));
  }

  std::atomic<web_server*> answering = nullptr;
  std::mutex lock;
  std::condition_variable more;
  std::vector<web_request> requests;
};

}  // namespace hearth::testing
