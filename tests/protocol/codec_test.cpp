#include "protocol/codec.hpp"

#include "protocol/limits.hpp"
#include "tests/protocol/examples.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <protocol/hearth.pb.h>
#include <random>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// The sentence with which bytes are refused; "taken" if they are not.
std::string refusal(std::string_view bytes) {
  const auto message = decode(bytes);
  return message ? "taken" : to_text(message.error());
}

/// A message of some kind as Protobuf, spoilt by `spoil`.
std::string spoilt(const body& good, const std::function<void(v1::Envelope&)>& spoil) {
  auto wire = v1::Envelope{};
  REQUIRE(wire.ParseFromString(encode(wrap(good))));
  spoil(wire);
  return wire.SerializeAsString();
}

body example(const std::string& name) {
  for (auto& [known, content] : examples())
    if (known == name) return content;
  FAIL("no example " << name);
  return heartbeat{};
}

std::string hex(const std::string& bytes) {
  constexpr auto digits = "0123456789abcdef";
  auto out = std::string{};
  for (auto c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

constexpr auto no_number = std::numeric_limits<double>::quiet_NaN();
constexpr auto infinite = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("every kind of message comes back as it was") {
  auto seen = std::vector<bool>(std::variant_size_v<body>);
  for (const auto& [name, content] : examples()) {
    CAPTURE(name);
    auto message = wrap(content);
    message.in_reply_to = "node-3";
    const auto back = decode(encode(message));
    REQUIRE_MESSAGE(back, to_text(back.error()));
    CHECK(*back == message);
    seen[content.index()] = true;
  }
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK_MESSAGE(seen[i], "no example of body " << i);
}

TEST_CASE("every word of every enumeration comes back as it was") {
  const auto back = [](const body& b) {
    const auto message = decode(encode(wrap(b)));
    REQUIRE_MESSAGE(message, to_text(message.error()));
    CHECK(message->body == b);
  };
  for (const auto& row : unit_table) back(layout_report{"", {{"c", row.id, "d", "m", false}}});
  for (auto i = 0; i <= static_cast<int>(fault_code::unsupported); ++i)
    back(report{
        january, 5min, {{"c", unit::watt, {{january, failed(static_cast<fault_code>(i))}}}}});
  for (auto i = 0; i <= static_cast<int>(authority::local); ++i)
    back(state_report{static_cast<authority>(i), "", "", "", january});
  for (auto i = 0; i <= static_cast<int>(severity::alarm); ++i)
    back(event{static_cast<severity>(i), "k", "", "", january});
  for (auto i = 0; i <= static_cast<int>(contract_status::given_up); ++i)
    back(contract_report{"c", static_cast<contract_status>(i), "", {}, {}, january});
  for (auto i = 0; i <= static_cast<int>(nack_reason::forbidden); ++i)
    back(nack{"m", static_cast<nack_reason>(i), ""});
  for (auto i = 0; i <= static_cast<int>(query_subject::state); ++i)
    back(query{static_cast<query_subject>(i)});
}

TEST_CASE("the bytes on the wire are those of the golden files") {
  // After a wanted change of the protocol: HEARTH_WRITE_GOLDEN=1 protocol_test -tc="*golden*".
  const auto rewrite = std::getenv("HEARTH_WRITE_GOLDEN") != nullptr;
  for (const auto& [name, content] : examples()) {
    CAPTURE(name);
    const auto file = source("tests/protocol/golden/" + name + ".hex");
    const auto bytes = hex(encode(wrap(content))) + "\n";
    if (rewrite) std::ofstream{file} << bytes;
    CHECK(bytes == contents_of(file));
  }
}

TEST_CASE("a bad field is refused by name") {
  using envelope_t = v1::Envelope;
  struct row {
    const char* example;
    std::function<void(envelope_t&)> spoil;
    const char* refusal;
  };
  const auto long_text = std::string(limits::text_bytes + 1, 'x');
  const auto rows = std::vector<row>{
      {"ack", [](envelope_t& e) { e.clear_site(); }, "malformed: site is empty"},
      {"ack", [](envelope_t& e) { e.clear_boot_id(); }, "malformed: boot_id is empty"},
      {"event", [](envelope_t& e) { e.clear_sequence(); },
       "malformed: sequence of a journaled message must be above zero"},
      {"loss", [](envelope_t& e) { e.mutable_loss()->mutable_lost()->set_last_sequence(16); },
       "malformed: loss.lost is no run of sequence numbers"},
      {"resend", [](envelope_t& e) { e.mutable_resend()->clear_missing(); },
       "malformed: resend.missing has no or more than 256 runs"},
      {"ack",
       [](envelope_t& e) {
         for (std::size_t i = 0; i < limits::acks_together; ++i) e.mutable_ack()->add_more("x");
       },
       "malformed: ack.more has more than 512 ids"},
      {"ack", [](envelope_t& e) { e.clear_message_id(); }, "malformed: message_id is empty"},
      {"ack", [&](envelope_t& e) { e.set_message_id(long_text); },
       "malformed: message_id is longer than 1024 bytes"},
      {"ack", [](envelope_t& e) { e.set_sent_unix_ms(-1); },
       "malformed: sent_unix_ms is missing or not between the years 2000 and 2200"},
      {"ack", [](envelope_t& e) { e.set_sent_unix_ms(INT64_MAX); },
       "malformed: sent_unix_ms is missing or not between the years 2000 and 2200"},
      {"ack", [](envelope_t& e) { e.clear_body(); },
       "malformed: body is missing or of a kind this version does not know"},
      {"ack", [](envelope_t& e) { e.mutable_ack()->clear_message_id(); },
       "malformed: ack.message_id is empty"},
      {"nack", [](envelope_t& e) { e.mutable_nack()->clear_reason(); },
       "malformed: nack.reason is missing or a word of another version"},
      {"nack", [](envelope_t& e) { e.mutable_nack()->set_reason(static_cast<v1::NackReason>(99)); },
       "malformed: nack.reason is missing or a word of another version"},
      {"contract", [](envelope_t& e) { e.mutable_contract()->clear_average_power_w(); },
       "malformed: contract.average_power_w is missing"},
      {"contract", [](envelope_t& e) { e.mutable_contract()->set_average_power_w(no_number); },
       "malformed: contract.average_power_w is not a finite number"},
      {"contract", [](envelope_t& e) { e.mutable_contract()->set_average_power_w(1e308); },
       "malformed: contract.average_power_w promises more than any number tells"},
      {"contract", [](envelope_t& e) { e.mutable_contract()->clear_length_s(); },
       "malformed: contract.length_s must be above zero"},
      {"contract", [](envelope_t& e) { e.mutable_contract()->clear_start_unix_ms(); },
       "malformed: contract.start_unix_ms is missing or not between the years 2000 and 2200"},
      {"prices", [](envelope_t& e) { e.mutable_prices()->clear_slot_s(); },
       "malformed: prices.slot_s must be above zero"},
      {"prices", [](envelope_t& e) { e.mutable_prices()->set_energy_usd_per_mwh(1, infinite); },
       "malformed: prices.energy_usd_per_mwh is not a finite number"},
      {"prices", [](envelope_t& e) { e.mutable_prices()->add_energy_usd_per_mwh(1); },
       "malformed: prices.distribution_usd_per_mwh is neither empty nor as long as the energy "
       "prices"},
      {"weather",
       [](envelope_t& e) {
         for (std::size_t i = 0; i < limits::series_slots; ++i)
           e.mutable_weather()->add_outdoor_c(1);
       },
       "malformed: weather.outdoor_c has more than 672 slots"},
      {"weather", [](envelope_t& e) { e.mutable_weather()->clear_outdoor_c(); },
       "malformed: weather.outdoor_c is empty"},
      {"request_shed", [](envelope_t& e) { e.mutable_request()->set_rank(v1::AUTHORITY_SAFETY); },
       "malformed: request.rank must be ADMIN or GRID"},
      {"request_shed", [](envelope_t& e) { e.mutable_request()->clear_wish(); },
       "malformed: request.wish is missing"},
      {"request_shed", [](envelope_t& e) { e.mutable_request()->mutable_shed()->set_severity(4); },
       "malformed: request.shed.severity is none of 1, 2 and 3"},
      {"request_raise",
       [](envelope_t& e) { e.mutable_request()->mutable_raise()->set_severity(UINT32_MAX); },
       "malformed: request.raise.severity is none of 1, 2 and 3"},
      {"request_raise", [](envelope_t& e) { e.mutable_request()->set_start_unix_ms(-1); },
       "malformed: request.start_unix_ms is missing or not between the years 2000 and 2200"},
      {"request_limit",
       [](envelope_t& e) { e.mutable_request()->mutable_limit()->clear_power_w(); },
       "malformed: request.limit.power_w is missing"},
      {"request_limit",
       [](envelope_t& e) { e.mutable_request()->mutable_limit()->set_failsafe_power_w(infinite); },
       "malformed: request.limit.failsafe_power_w is not a finite number"},
      {"request_hold",
       [](envelope_t& e) { e.mutable_request()->mutable_hold()->mutable_value()->clear_amount(); },
       "malformed: request.hold.value is missing"},
  };
  for (const auto& [name, spoil, expected] : rows) {
    CAPTURE(name);
    const auto bytes = spoilt(example(name), spoil);
    CHECK(refusal(bytes) == expected);
    CHECK(reason_for(decode(bytes).error()) == nack_reason::undecodable);
  }
}

TEST_CASE("bytes that are no message are refused and do not stop anything") {
  CHECK(refusal("") == "malformed: site is empty");
  CHECK(refusal("\xff\xff\xff") == "malformed: these bytes are no hearth.v1.Envelope");
  auto bad_letter = encode(wrap(event{severity::info, "kind", "", "0123456789", january}));
  bad_letter[bad_letter.find("0123456789")] = '\xff';
  CHECK(refusal(bad_letter) == "malformed: these bytes are no hearth.v1.Envelope");
}

TEST_CASE("an oversized message is refused unread, and its id can still be named") {
  auto wire = v1::Envelope{};
  REQUIRE(wire.ParseFromString(encode(wrap(heartbeat{}))));
  wire.mutable_heartbeat()->set_contract_id(std::string(limits::message_bytes, 'x'));
  const auto bytes = wire.SerializeAsString();
  const auto message = decode(bytes);
  REQUIRE_FALSE(message);
  CHECK(message.error().code == fault_code::overflow);
  CHECK(reason_for(message.error()) == nack_reason::oversized);
  CHECK(message_id_in(bytes) == "b5-7");
  CHECK_FALSE(message_id_in("\xff\xff"));
  CHECK_FALSE(message_id_in(""));
}

TEST_CASE("what a device says can never make a message of ours unreadable") {
  const auto bad =
      std::string{"28-\xff\xc0\x80 \xed\xa0\x80 caf\xc3\xa9 \xf0\x9f\x94\xa5 \xe2\x82"};
  auto message = decode(encode(wrap(event{severity::info, "kind", "", bad, january})));
  REQUIRE_MESSAGE(message, to_text(message.error()));
  CHECK(std::get<event>(message->body).text == "28-??? ??? café 🔥 ??");

  const auto endless = std::string(limits::text_bytes - 1, 'x') + "é";
  message = decode(encode(wrap(event{severity::info, "kind", "", endless, january})));
  REQUIRE(message);
  CHECK(std::get<event>(message->body).text == std::string(limits::text_bytes - 1, 'x'));

  message =
      decode(encode(wrap(report{january, 5min, {{"c", unit::volt, {{january, no_number}}}}})));
  REQUIRE_MESSAGE(message, to_text(message.error()));
  const auto& value = std::get<report>(message->body).series[0].samples[0].value;
  REQUIRE_FALSE(value);
  CHECK(value.error().code == fault_code::out_of_range);
}

TEST_CASE("a duration that is no whole second is rounded up, so that a short lease is no default") {
  const auto message = decode(encode(wrap(request{authority::grid, shed{}, 1ms, ""})));
  REQUIRE(message);
  CHECK(std::get<request>(message->body).lease == 1s);
}

TEST_CASE("cut off anywhere, a message is refused or is a good shorter one") {
  for (const auto& [name, content] : examples()) {
    CAPTURE(name);
    const auto bytes = encode(wrap(content));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const auto message = decode(std::string_view{bytes}.substr(0, length));
      if (message) CHECK(decode(encode(*message)) == *message);
    }
  }
}

TEST_CASE("with bits flipped and bytes shuffled, decoding always comes to an end and an answer") {
  auto random = std::mt19937{20200115};
  const auto below = [&](std::size_t bound) { return std::size_t{random()} % bound; };
  auto taken = 0;
  for (const auto& [name, content] : examples()) {
    const auto good = encode(wrap(content));
    for (auto round = 0; round < 2000; ++round) {
      auto bytes = good;
      for (auto i = below(4) + 1; i > 0; --i) {
        const auto at = below(bytes.size());
        switch (below(3)) {
        case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
        case 1: bytes[at] = static_cast<char>(below(256)); break;
        case 2: bytes.insert(at, bytes.substr(below(bytes.size()), below(8))); break;
        }
      }
      const auto message = decode(bytes);
      if (!message) {
        CHECK_FALSE(message.error().detail.empty());
        continue;
      }
      ++taken;
      const auto again = decode(encode(*message));
      CHECK_MESSAGE(again, "a message taken once must be taken again: "
                               << (again ? "" : again.error().detail));
    }
  }
  CHECK(taken > 0);
}
