#include "layouts/suggest.hpp"

#include <algorithm>
#include <cctype>

namespace hearth {
namespace {

/// Longer words are no slip of the finger; more candidates are no help. Both bound the work that
/// a hostile file can ask for.
constexpr std::size_t longest_word = 64;
constexpr std::size_t most_candidates = 1000;
constexpr std::size_t most_listed = 24;
constexpr std::size_t longest_quote = 60;

std::string lower(std::string_view text) {
  auto out = std::string{text};
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the classic table suffice: a swap looks back two.
  auto before = std::vector<std::size_t>(b.size() + 1);
  auto last = before;
  auto row = before;
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > longest_word) return {};
  const auto folded = lower(word);
  auto best = std::optional<std::string>{};
  auto best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  const auto considered = std::min(candidates.size(), most_candidates);
  for (std::size_t i = 0; i < considered; ++i) {
    const auto& candidate = candidates[i];
    if (candidate.size() > longest_word || candidate == word) continue;
    const auto longer = std::max(candidate.size(), word.size());
    if (longer - std::min(candidate.size(), word.size()) >= best_distance) continue;
    const auto distance = edit_distance(folded, lower(candidate));
    if (distance < best_distance && distance < longer) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates,
                       listing how) {
  auto hint = std::string{};
  if (const auto near = nearest(word, candidates)) hint = "did you mean " + in_quotes(*near) + "?";
  if (candidates.empty() || (!hint.empty() && how == listing::when_none_is_near)) return hint;
  if (!hint.empty()) hint += " ";
  hint += "known are: ";
  const auto listed = std::min(candidates.size(), most_listed);
  for (std::size_t i = 0; i < listed; ++i) hint += (i == 0 ? "" : ", ") + candidates[i];
  if (listed < candidates.size()) hint += ", …";
  return hint;
}

std::string in_quotes(std::string_view text) {
  auto out = std::string{"'"};
  auto cut = std::min(text.size(), longest_quote);
  // Never in the middle of a character.
  while (cut < text.size() && cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
    --cut;
  for (const auto c : text.substr(0, cut)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return out + (cut < text.size() ? "…'" : "'");
}

}  // namespace hearth
