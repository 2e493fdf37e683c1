#include "drivers/ports/web_reader.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace hearth;
using namespace hearth::testing;

namespace {

/// What came of a connection's bytes, as one text.
std::string told(const web_step& step) {
  if (const auto* no = std::get_if<web_refusal>(&step))
    return "refused " + std::to_string(no->status) + " " + no->reason + "\n";
  const auto* heard = std::get_if<heard_request>(&step);
  if (!heard) return "";
  const auto& r = heard->request;
  auto text = r.method + " " + r.path + (heard->keep_alive ? " stays\n" : " ends\n");
  for (const auto& [name, value] : r.query) text += name + "=" + value + "\n";
  for (const auto& [name, value] : r.headers) text += name + ": " + value + "\n";
  return text + r.body + "\n";
}

/// Takes all that can be taken; false once the connection has ended.
bool take_all(web_reader& reader, std::string& text, std::size_t longest_body) {
  for (;;) {
    const auto step = reader.next();
    text += told(step);
    if (std::holds_alternative<needs_more>(step)) return true;
    if (std::holds_alternative<web_refusal>(step)) return false;
    if (const auto* heard = std::get_if<heard_request>(&step)) {
      must(heard->request.body.size() <= longest_body, "a body has its bound");
      must(heard->request.path.starts_with('/'), "a request has a path");
    }
  }
}

}  // namespace

/// However the bytes of a connection are cut, the same requests are heard.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  const auto piece = std::size_t{1} + input.byte() % 64;
  auto bounds = web_bounds{};
  bounds.header_bytes = 512;
  bounds.body_bytes = 256;
  const auto bytes = input.rest();

  auto at_once = web_reader{bounds};
  auto whole = std::string{};
  at_once.add(bytes);
  take_all(at_once, whole, bounds.body_bytes);

  auto bit_by_bit = web_reader{bounds};
  auto cut = std::string{};
  auto left = fuzz_input{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  while (!left.is_empty()) {
    bit_by_bit.add(left.take(piece));
    if (!take_all(bit_by_bit, cut, bounds.body_bytes)) break;
  }
  must(whole == cut, "how it is cut changes nothing");
  return 0;
}
