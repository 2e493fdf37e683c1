#pragma once

#include "actors/commission/record.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace hearth {

/// For machines, and to be gone on with.
std::string report_json(const commission_record& r);
/// The way back; what is wrong with a text that is none. Takes any bytes.
tl::expected<commission_record, std::string> commission_record_from(std::string_view json);

}  // namespace hearth
