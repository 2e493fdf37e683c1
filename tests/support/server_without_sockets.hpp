#pragma once

#include "actors/portal_actor.hpp"
#include "drivers/web.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hearth::testing {

/// What a browser would have got, by the number of its request.
struct answers_heard {
  std::map<std::uint64_t, web_response> all;
};

class server_without_sockets final : public web_server {
 public:
  explicit server_without_sockets(std::shared_ptr<answers_heard> heard)
      : heard_{std::move(heard)} {}
  void answer(std::uint64_t id, web_response what) override { heard_->all[id] = std::move(what); }
  void tell(std::shared_ptr<const std::string>) override {}
  void end_streams(const std::string&) override {}
  [[nodiscard]] web_traffic traffic() const override { return {}; }
  [[nodiscard]] std::string listens_at() const override { return "127.0.0.1:8443"; }
  [[nodiscard]] std::optional<web_certificate> certificate() const override { return {}; }

 private:
  std::shared_ptr<answers_heard> heard_;
};

/// Of a page where hashing costs nothing and no random byte is random.
inline portal_parts parts_without_sockets() {
  auto parts = portal_parts{};
  parts.hashing = {[](const std::string& p) -> result<std::string> { return "hash of " + p; },
                   [](const std::string& e, const std::string& p) { return e == "hash of " + p; }};
  parts.random_bytes = [seed = 7U](std::size_t count) mutable {
    auto bytes = std::string{};
    for (std::size_t i = 0; i < count; ++i)
      bytes += static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24U);
    return bytes;
  };
  return parts;
}

}  // namespace hearth::testing
