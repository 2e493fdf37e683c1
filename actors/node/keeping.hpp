#pragma once

#include "actors/node/node.hpp"
#include "actors/node/settle.hpp"
#include "drivers/ports/node_store.hpp"

#include <map>
#include <optional>
#include <string>

/// Between what a node remembers and the store that keeps it.
namespace hearth {

/// The houses a store remembers, ready for a `node`.
result<std::map<std::string, site_memory>> remembered_in(node_store& store);

/// The books of one house, as a store has them.
result<site_settlement> settlement_in(node_store& store, const std::string& site,
                                      std::optional<time_point> from = {},
                                      std::optional<time_point> until = {});

/// All that changed since the last save: effects, the marks that they took place, the ledger's
/// witness of them and what was refused.
node_batch changes_of(const node& n);

/// Writes the changes in one transaction; on disk when it returns. Nothing where it went well: only
/// then may what came out of the node be said. Else everything stays to be saved.
std::optional<fault> keep(node& n, node_store& store);

}  // namespace hearth
