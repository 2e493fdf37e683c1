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

result<site_settlement> settlement_in(node_store& store, const std::string& site,
                                      std::optional<time_point> from,
                                      std::optional<time_point> until) {
  const auto rows = store.settled(site);
  if (!rows) return tl::make_unexpected(rows.error());
  auto all = std::vector<settled_contract>{};
  for (const auto& row : *rows) {
    auto one = settled_from(row);
    if (!one) return tl::make_unexpected(one.error());
    all.push_back(std::move(*one));
  }
  return settle(site, std::move(all), from, until);
}

node_batch changes_of(const node& n) {
  auto out = node_batch{};
  for (const auto& [site, memory] : n.sites()) {
    std::ranges::move(parts_of(memory, parts_wanted::changed), std::back_inserter(out.parts));
    std::ranges::copy(memory.taken, std::back_inserter(out.ledger));
    for (const auto& s : memory.settled) out.settled.push_back({site, text_of(s)});
  }
  out.refused = n.refused();
  return out;
}

std::optional<fault> keep(node& n, node_store& store) {
  const auto batch = changes_of(n);
  if (!batch.parts.empty() || !batch.ledger.empty() || !batch.refused.empty() ||
      !batch.settled.empty())
    if (auto f = store.save(batch)) return f;
  n.saved();
  return {};
}

}  // namespace hearth
