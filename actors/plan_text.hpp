#pragma once

#include "actors/preview.hpp"
#include "layouts/layout.hpp"

#include <string>
#include <vector>

namespace hearth {

/// The plan of a house as text for people, in the order of `scada show` and `--dry-run`. Each
/// function gives one section with its heading; lines end in '\n'.
namespace plan_text {

std::string site(const layout& house);
/// Every actor that would be spawned, by the name the log and `actor-died` events use.
std::string actors(const layout& house);
std::string buses(const layout& house);
std::string devices(const layout& house);
std::string channels(const layout& house);
/// Upstream, and those of devices on the house's own broker.
std::string topics(const layout& house);
/// The interlock's table with this house's numbers.
std::string interlocks(const layout& house);
/// Each actuator: who may command it, and where it falls when nobody does.
std::string authorities(const layout& house);
/// A plot and an hourly table. `ascii`: for terminals without Unicode.
std::string dispatch(const layout& house, const preview& ahead, bool ascii);
/// The same, every quarter of an hour, tab-separated with a header row.
std::string dispatch_tsv(const preview& ahead);

}  // namespace plan_text

/// Names of the supervised actors of a house, in the order they are spawned.
std::vector<std::string> actor_names(const layout& house);

}  // namespace hearth
