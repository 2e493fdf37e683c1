#include "actors/node/keeping.hpp"

#include "actors/node/memory_text.hpp"

#include <algorithm>

namespace hearth {

result<std::map<std::string, site_memory>> remembered_in(node_store& store) {
  const auto parts = store.load();
  if (!parts) return tl::make_unexpected(parts.error());
  auto out = std::map<std::string, site_memory>{};
  for (const auto& p : *parts) {
    auto& memory = out[p.site];
    memory.site = p.site;
    if (auto f = read_part(memory, p.part, p.text)) return tl::make_unexpected(*f);
  }
  return out;
}

node_batch changes_of(const node& n) {
  auto out = node_batch{};
  for (const auto& [site, memory] : n.sites()) {
    std::ranges::move(parts_of(memory, parts_wanted::changed), std::back_inserter(out.parts));
    std::ranges::copy(memory.taken, std::back_inserter(out.ledger));
  }
  out.refused = n.refused();
  return out;
}

std::optional<fault> keep(node& n, node_store& store) {
  const auto batch = changes_of(n);
  if (!batch.parts.empty() || !batch.ledger.empty() || !batch.refused.empty())
    if (auto f = store.save(batch)) return f;
  n.saved();
  return {};
}

}  // namespace hearth
