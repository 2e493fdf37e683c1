#pragma once

#include "layouts/parse.hpp"
#include "layouts/suggest.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// Collects what is wrong with one file, so that a person sees all of it in one run.
class diagnostics {
 public:
  /// More help nobody; beyond, errors are only counted.
  static constexpr std::size_t most = 100;

  explicit diagnostics(std::string file) : file_{std::move(file)} {}

  void add(position at, std::string message, std::string hint = {});
  /// The same with a hint that says which of `candidates` may have been meant.
  void add_unknown(position at, std::string message, std::string_view word,
                   const std::vector<std::string>& candidates,
                   listing how = listing::when_none_is_near);

  [[nodiscard]] bool none() const { return found_.empty(); }
  /// In file order; the last one says how many more there were.
  [[nodiscard]] std::vector<diagnostic> take() &&;

 private:
  std::string file_;
  std::vector<diagnostic> found_;
  std::size_t untold_ = 0;
};

}  // namespace hearth
