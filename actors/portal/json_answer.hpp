#pragma once

#include "drivers/web.hpp"
#include "protocol/fault.hpp"
#include "protocol/time.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

/// Answers of the page's API, which are JSON.
namespace hearth {

/// Text that is no UTF-8 is mended, so that it never throws. No cache keeps it.
web_response json(unsigned status, const nlohmann::json& body);
/// {"error": …, "field": …}: one sentence for a person, and which part of the request it is about.
web_response problem(unsigned status, std::string error, std::string field = {});
/// 429, in so many whole seconds again (at least one).
web_response too_often(duration wait);
/// 503: what was asked of the accounts is not done, because this is why it cannot be kept.
web_response disk_says_no(const fault& bad);
/// 204.
web_response done_without_words();

}  // namespace hearth
