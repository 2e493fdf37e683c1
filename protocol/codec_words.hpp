#pragma once

// Private to codec_encode.cpp and codec_decode.cpp: which word of a value is which word on the
// wire. Spelled out pair by pair, so that reordering an enumeration here never changes what is said
// there.

#include "protocol/messages.hpp"

#include <array>
#include <optional>
#include <protocol/hearth.pb.h>
#include <utility>

namespace hearth::wire_words {

namespace v1 = ::hearth::v1;

template <class Native, class Wire, std::size_t Count>
using table = std::array<std::pair<Native, Wire>, Count>;

inline constexpr table<unit, v1::Unit, unit_table.size()> units{{
    {unit::watt, v1::UNIT_WATT},
    {unit::var, v1::UNIT_VAR},
    {unit::volt_ampere, v1::UNIT_VOLT_AMPERE},
    {unit::watt_hour, v1::UNIT_WATT_HOUR},
    {unit::volt, v1::UNIT_VOLT},
    {unit::ampere, v1::UNIT_AMPERE},
    {unit::hertz, v1::UNIT_HERTZ},
    {unit::celsius, v1::UNIT_CELSIUS},
    {unit::kelvin, v1::UNIT_KELVIN},
    {unit::litre, v1::UNIT_LITRE},
    {unit::litre_per_minute, v1::UNIT_LITRE_PER_MINUTE},
    {unit::pascal, v1::UNIT_PASCAL},
    {unit::second, v1::UNIT_SECOND},
    {unit::fraction, v1::UNIT_FRACTION},
    {unit::count, v1::UNIT_COUNT},
    {unit::on_off, v1::UNIT_ON_OFF},
    {unit::usd_per_mwh, v1::UNIT_USD_PER_MWH},
}};

inline constexpr table<fault_code, v1::FaultCode, 13> fault_codes{{
    {fault_code::timeout, v1::FAULT_CODE_TIMEOUT},
    {fault_code::disconnected, v1::FAULT_CODE_DISCONNECTED},
    {fault_code::checksum, v1::FAULT_CODE_CHECKSUM},
    {fault_code::refused, v1::FAULT_CODE_REFUSED},
    {fault_code::malformed, v1::FAULT_CODE_MALFORMED},
    {fault_code::out_of_range, v1::FAULT_CODE_OUT_OF_RANGE},
    {fault_code::permission, v1::FAULT_CODE_PERMISSION},
    {fault_code::no_such_device, v1::FAULT_CODE_NO_SUCH_DEVICE},
    {fault_code::io, v1::FAULT_CODE_IO},
    {fault_code::not_ready, v1::FAULT_CODE_NOT_READY},
    {fault_code::mismatch, v1::FAULT_CODE_MISMATCH},
    {fault_code::overflow, v1::FAULT_CODE_OVERFLOW},
    {fault_code::unsupported, v1::FAULT_CODE_UNSUPPORTED},
}};

inline constexpr table<authority, v1::Authority, 6> authorities{{
    {authority::safety, v1::AUTHORITY_SAFETY},
    {authority::admin, v1::AUTHORITY_ADMIN},
    {authority::grid, v1::AUTHORITY_GRID},
    {authority::contract, v1::AUTHORITY_CONTRACT},
    {authority::policy, v1::AUTHORITY_POLICY},
    {authority::local, v1::AUTHORITY_LOCAL},
}};

inline constexpr table<quality, v1::Quality, 4> qualities{{
    {quality::good, v1::QUALITY_GOOD},
    {quality::stale, v1::QUALITY_STALE},
    {quality::fault, v1::QUALITY_FAULT},
    {quality::never, v1::QUALITY_NEVER},
}};

inline constexpr table<severity, v1::Severity, 3> severities{{
    {severity::info, v1::SEVERITY_INFO},
    {severity::warning, v1::SEVERITY_WARNING},
    {severity::alarm, v1::SEVERITY_ALARM},
}};

inline constexpr table<contract_status, v1::ContractStatus, 6> contract_statuses{{
    {contract_status::accepted, v1::CONTRACT_STATUS_ACCEPTED},
    {contract_status::active, v1::CONTRACT_STATUS_ACTIVE},
    {contract_status::completed, v1::CONTRACT_STATUS_COMPLETED},
    {contract_status::refused, v1::CONTRACT_STATUS_REFUSED},
    {contract_status::withdrawn, v1::CONTRACT_STATUS_WITHDRAWN},
    {contract_status::given_up, v1::CONTRACT_STATUS_GIVEN_UP},
}};

inline constexpr table<nack_reason, v1::NackReason, 8> nack_reasons{{
    {nack_reason::undecodable, v1::NACK_REASON_UNDECODABLE},
    {nack_reason::oversized, v1::NACK_REASON_OVERSIZED},
    {nack_reason::unexpected, v1::NACK_REASON_UNEXPECTED},
    {nack_reason::replayed, v1::NACK_REASON_REPLAYED},
    {nack_reason::stale, v1::NACK_REASON_STALE},
    {nack_reason::wrong_site, v1::NACK_REASON_WRONG_SITE},
    {nack_reason::invalid, v1::NACK_REASON_INVALID},
    {nack_reason::forbidden, v1::NACK_REASON_FORBIDDEN},
}};

inline constexpr table<query_subject, v1::QuerySubject, 4> query_subjects{{
    {query_subject::snapshot, v1::QUERY_SUBJECT_SNAPSHOT},
    {query_subject::layout, v1::QUERY_SUBJECT_LAYOUT},
    {query_subject::state, v1::QUERY_SUBJECT_STATE},
    {query_subject::standing, v1::QUERY_SUBJECT_STANDING},
}};

/// The wire's word; its "not said" for a value outside the enumeration.
template <class Native, class Wire, std::size_t Count>
Wire on_wire(const table<Native, Wire, Count>& words, Native native) {
  for (const auto& [ours, theirs] : words)
    if (ours == native) return theirs;
  return Wire{};
}

/// Our word; nothing for "not said" and for words of a later version.
template <class Native, class Wire, std::size_t Count>
std::optional<Native> from_wire(const table<Native, Wire, Count>& words, Wire wire) {
  for (const auto& [ours, theirs] : words)
    if (theirs == wire) return ours;
  return {};
}

}  // namespace hearth::wire_words
