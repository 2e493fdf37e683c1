#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

/// Who counts as one peer, wherever connections, guesses or refusals are counted. Pure.
namespace hearth {

/// One network neighbour of a peer's address ("192.168.1.20", "2001:db8::7", "fe80::1%eth0"): the
/// IPv4 address, however it is written; of a global IPv6 one its /64, whose owner has all of it.
/// Addresses that only reach within the house (link-local, unique local, loopback) are one each:
/// their /64 is everybody who lives there, of whom one could lock out the others. What is no
/// address is a neighbour by its text.
std::string neighbour_of(std::string_view peer);

/// How many of something each neighbour has.
class neighbour_count {
 public:
  /// Of the neighbour that this address belongs to.
  [[nodiscard]] std::size_t of(std::string_view peer) const;
  void add(std::string_view peer);
  /// What was added before; a neighbour who has none takes no memory.
  void remove(std::string_view peer);

 private:
  std::map<std::string, std::size_t> each_;
};

}  // namespace hearth
