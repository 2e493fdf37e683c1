#pragma once

#include "drivers/web.hpp"

#include <string>
#include <string_view>

/// What goes out with every answer, so that no page has to remember it.
namespace hearth {

/// Beside what the answer itself is.
struct answer_facts {
  bool tls = false;
  bool keep_alive = true;
};

/// Status line and headers with the empty line after them. Headers that the answer does not set
/// itself: those that tell a browser what a page of this house may do, which is next to nothing
/// from elsewhere, and not to keep it. A header that would break the line is left out.
std::string answer_head(const web_response& what, const answer_facts& facts);

/// What it sends after its head; empty for statuses that have none.
std::string_view answer_body(const web_response& what);

/// "Not Found"; "Unknown" for what is in no list.
std::string_view reason_of(unsigned status);

/// A line of text for a person, as every refusal of the server is.
web_response plain_answer(unsigned status, const std::string& reason);

}  // namespace hearth
