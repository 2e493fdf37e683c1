#include "drivers/probe/modbus_identity.hpp"

namespace hearth {

result<modbus_identity> decode_identity(std::span<const std::uint8_t> answer) {
  constexpr std::size_t head = 7;  // function, kind, code, conformity, more, next, count
  if (answer.size() >= 2 && answer[0] == (identity_request[0] | 0x80))
    return failed(fault_code::refused, "it does not tell who it is");
  if (answer.size() < head || answer[0] != identity_request[0] || answer[1] != identity_request[1])
    return failed(fault_code::malformed, "no identification");
  auto identity = modbus_identity{};
  auto left = answer.subspan(head);
  for (auto n = answer[head - 1]; n > 0; --n) {
    if (left.size() < 2 || left.size() - 2 < left[1])
      return failed(fault_code::malformed, "an identification that ends too early");
    const auto text = left.subspan(2, left[1]);
    const auto value = printable({reinterpret_cast<const char*>(text.data()), text.size()});
    if (left[0] == 0) identity.vendor = value;
    if (left[0] == 1) identity.product = value;
    if (left[0] == 2) identity.revision = value;
    left = left.subspan(2 + text.size());
  }
  return identity;
}

}  // namespace hearth
