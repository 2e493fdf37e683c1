#pragma once

#include "drivers/driver.hpp"

#include <string>

/// Requests and answers as transcripts write them (tests/drivers/text_transcripts_test.cpp).
namespace hearth {

/// "read line 17 active low", "0x48 write 01 C3 83 read 2", "read unit 1 input 0x0048 2" …
std::string request_text(const bus_request& request);

/// "done", "on", "bytes 12 34", "words 0012 ABCD", "fault timeout" … One line; a text that is
/// longer than a thousand characters is cut.
std::string answer_text(const result<bus_answer>& answer);

/// Whom a request addresses on its bus: "unit 1", "line 17", "0x48", a topic. What two devices
/// share of a chip is one.
std::string addressee_of(const bus_request& request);

}  // namespace hearth
