#pragma once

#include "protocol/messages.hpp"

#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace hearth::simulate {

/// The SHA-256 of a log, event by event: two runs of one plan agree on it. Readings are no part of
/// it, so that days without any event agree on it too.
class event_hash {
 public:
  event_hash();

  void add(const event& e);
  /// Of all so far.
  [[nodiscard]] std::string hex() const;

 private:
  struct closer {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, closer> context_;
};

}  // namespace hearth::simulate
