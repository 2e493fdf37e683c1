#include "layouts/diagnostics.hpp"

#include <algorithm>
#include <tuple>

namespace hearth {

std::string to_text(const diagnostic& d) {
  auto place = d.file;
  // A file that cannot be opened has no line.
  if (d.at.line > 0) place += ":" + std::to_string(d.at.line) + ":" + std::to_string(d.at.column);
  auto text = place + ": error: " + d.message + "\n";
  if (!d.hint.empty()) text += place + ": hint: " + d.hint + "\n";
  return text;
}

void diagnostics::add(position at, std::string message, std::string hint) {
  if (found_.size() < most)
    found_.push_back({file_, at, std::move(message), std::move(hint)});
  else
    ++untold_;
}

void diagnostics::add_unknown(position at, std::string message, std::string_view word,
                              const std::vector<std::string>& candidates, listing how) {
  // Searching for neighbours is the only costly thing about an error: spare it when nobody reads
  // it.
  if (found_.size() < most)
    add(at, std::move(message), suggestion(word, candidates, how));
  else
    ++untold_;
}

std::vector<diagnostic> diagnostics::take() && {
  std::ranges::stable_sort(found_, {}, [](const diagnostic& d) {
    return std::tuple{d.at.line, d.at.column};
  });
  if (untold_ > 0)
    found_.push_back({file_, found_.back().at, "and " + std::to_string(untold_) + " more errors",
                      "mend these first, then check again"});
  return std::move(found_);
}

}  // namespace hearth
