// The words for every enumeration of this room: what logs, the wire's readers and tests see.
#include "protocol/command.hpp"
#include "protocol/contract.hpp"
#include "protocol/fault.hpp"
#include "protocol/reading.hpp"

namespace hearth {

std::string_view to_text(fault_code code) {
  switch (code) {
  case fault_code::timeout: return "timeout";
  case fault_code::disconnected: return "disconnected";
  case fault_code::checksum: return "checksum";
  case fault_code::refused: return "refused";
  case fault_code::malformed: return "malformed";
  case fault_code::out_of_range: return "out-of-range";
  case fault_code::permission: return "permission";
  case fault_code::no_such_device: return "no-such-device";
  case fault_code::io: return "io";
  case fault_code::not_ready: return "not-ready";
  case fault_code::mismatch: return "mismatch";
  case fault_code::overflow: return "overflow";
  case fault_code::unsupported: return "unsupported";
  }
  return "unknown";
}

std::string to_text(const fault& f) {
  auto text = std::string{to_text(f.code)};
  if (!f.detail.empty()) text += ": " + f.detail;
  return text;
}

std::string_view to_text(quality q) {
  switch (q) {
  case quality::good: return "good";
  case quality::stale: return "stale";
  case quality::fault: return "fault";
  case quality::never: return "never";
  }
  return "unknown";
}

std::string_view to_text(authority a) {
  switch (a) {
  case authority::safety: return "safety";
  case authority::admin: return "admin";
  case authority::grid: return "grid";
  case authority::contract: return "contract";
  case authority::policy: return "policy";
  case authority::local: return "local";
  }
  return "unknown";
}

std::string_view to_text(contract_status s) {
  switch (s) {
  case contract_status::accepted: return "accepted";
  case contract_status::active: return "active";
  case contract_status::completed: return "completed";
  case contract_status::refused: return "refused";
  case contract_status::withdrawn: return "withdrawn";
  case contract_status::given_up: return "given-up";
  }
  return "unknown";
}

}  // namespace hearth
