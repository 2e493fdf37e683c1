#include "drivers/web_answer.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace hearth;
using namespace hearth::testing;

/// Whatever names and texts an answer is given, its head is one head.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  auto what = web_response{};
  what.status = 200U + input.byte();
  while (!input.is_empty()) {
    const auto name = input.take(input.byte() % 32);
    what.headers.emplace_back(name, input.take(input.byte()));
  }
  const auto head = answer_head(what, {true, false});
  must(head.find("\r\n\r\n") == head.size() - 4, "a head ends once");
  must(head.starts_with("HTTP/1.1 " + std::to_string(what.status) + " "), "it says its status");
  auto lengths = 0;
  for (std::size_t at = 0; at + 2 < head.size();) {
    const auto end = head.find("\r\n", at);
    const auto line = head.substr(at, end - at);
    must(line.find_first_of("\r\n") == line.npos, "a line is a line");
    must(at == 0 || line.find(": ") != line.npos, "a line has a name");
    lengths += line.starts_with("Content-Length: ") ? 1 : 0;
    at = end + 2;
  }
  must(lengths <= 1, "a length is said once");
  return 0;
}
