#pragma once

#include "actors/portal_actor.hpp"

#include <functional>
#include <optional>
#include <string>

namespace hearth::tools {

/// The ends of a house's page that touch the world: its server, the file of its people and wishes
/// in the state folder, hashing, randomness and the pages themselves. `show` is told where the page
/// is, and the claim code while nobody has an account; it is called on the portal's thread.
portal_parts page_in(
    const std::string& state_folder, const std::string& site,
    std::function<void(const std::string& address, const std::optional<std::string>& claim)> show);

/// What a browser on this or another machine of the house opens: the address it listens at with a
/// name that others can reach.
std::string page_address(const std::string& listens_at, bool encrypted);
/// The same, with the code that makes the first account, as it fits into a QR code.
std::string claim_address(const std::string& page, const std::string& code);

/// Where the page is and how the first account is made: a line of the log, and on a terminal a QR
/// code besides.
std::function<void(const std::string&, const std::optional<std::string>&)> page_in_log(
    const std::string& site, bool encrypted);

}  // namespace hearth::tools
