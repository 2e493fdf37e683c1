#pragma once

#include "drivers/probe/modbus_probe.hpp"

#include <cstdint>
#include <span>

namespace hearth {

/// The request for a device's basic identification, from its function on.
/// Source: "MODBUS Application Protocol Specification V1.1b3", section 6.21 (43/14).
inline constexpr std::uint8_t identity_request[] = {0x2B, 0x0E, 0x01, 0x00};

/// What answers it, from its function on: maker, product and revision, or why there is none.
result<modbus_identity> decode_identity(std::span<const std::uint8_t> answer);

}  // namespace hearth
