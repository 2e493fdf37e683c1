#pragma once

#include "drivers/web.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a request's headers say of where it comes from. Pure; whatever they hold, nothing throws.
namespace hearth {

/// A cookie of one name may be there more than once: other pages of this machine may set some.
/// Beyond: the others are not looked at.
inline constexpr std::size_t cookies_looked_at = 4;
std::vector<std::string> cookies_named(std::string_view header, std::string_view name);

/// Nothing if the header is not there.
std::optional<std::string> header_of(const web_request& asked, const std::string& name);

/// Whether this house may be called so. A page of another site that makes its own name point at
/// this address (DNS rebinding) is known by that name. Welcome are addresses, "localhost", names of
/// one word, those no registry gives away (".local", ".home.arpa", ".internal"), and `names`.
bool is_own_host(std::string_view host, std::span<const std::string> names);

/// Whether an Origin is the page that this Host serves.
bool is_same_origin(std::string_view origin, std::string_view host, bool encrypted);

/// "application/json", with no other charset than UTF-8.
bool is_json_type(std::string_view content_type);

/// Of "Bearer …"; nothing if the header is anything else.
std::optional<std::string> bearer_token(std::string_view authorization);

}  // namespace hearth
