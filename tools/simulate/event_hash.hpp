#pragma once

#include "protocol/messages.hpp"

#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace hearth::simulate {

/// The SHA-256 of all that a house ever said and kept, in order, byte by byte: every event, answer
/// and reading. Two runs of one plan agree on it.
class event_hash {
 public:
  event_hash();

  void add(const body& said);
  /// Of all so far.
  [[nodiscard]] std::string hex() const;

 private:
  struct closer {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, closer> context_;
};

}  // namespace hearth::simulate
