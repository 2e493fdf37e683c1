#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The MQTT topics of the link:
///
///   hearth/v1/<site>/birth          retained; from the house
///   hearth/v1/<site>/up/<kind>      from the house
///   hearth/v1/<site>/down/<kind>    from the node
namespace hearth {

enum class direction : unsigned char { up, down };

struct topic {
  std::string site;
  hearth::direction direction = hearth::direction::up;
  std::string kind;  ///< "birth" has a topic of its own and counts as up
  bool operator==(const topic&) const = default;
};

std::string birth_topic(std::string_view site);
/// `kind` is the word of `kind_of`; "birth" gives the birth topic.
std::string up_topic(std::string_view site, std::string_view kind);
std::string down_topic(std::string_view site, std::string_view kind);

/// What a house subscribes to: everything said to it.
std::string all_down(std::string_view site);

/// What is live and said often (power, snapshot, heartbeat, backlog) goes with QoS 0: a broker's
/// receipt would weigh more than the word, and who missed it waits for the next anyway.
bool goes_unconfirmed(std::string_view topic_text);

/// Nothing if this is no topic of ours.
std::optional<topic> parse_topic(std::string_view text);

}  // namespace hearth
