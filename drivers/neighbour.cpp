#include "drivers/neighbour.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

namespace hearth {
namespace {

/// IPv6 addresses of which a network is half: 64 bits, as everywhere where hosts number themselves.
constexpr auto network_bytes = 8;

std::string text_of(int family, const void* raw) {
  auto text = std::array<char, INET6_ADDRSTRLEN>{};
  return ::inet_ntop(family, raw, text.data(), text.size()) ? text.data() : std::string{};
}

bool stays_in_the_house(const in6_addr& address) {
  const auto is_unique_local = (address.s6_addr[0] & 0xFEU) == 0xFCU;
  return is_unique_local || IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_LOOPBACK(&address);
}

}  // namespace

std::string neighbour_of(std::string_view peer) {
  const auto zone = std::min(peer.find('%'), peer.size());
  auto six = in6_addr{};
  if (::inet_pton(AF_INET6, std::string{peer.substr(0, zone)}.c_str(), &six) != 1)
    return std::string{peer};
  if (IN6_IS_ADDR_V4MAPPED(&six)) return text_of(AF_INET, &six.s6_addr[12]);
  // The same link-local number behind another interface is somebody else.
  if (stays_in_the_house(six)) return text_of(AF_INET6, &six) + std::string{peer.substr(zone)};
  std::fill(std::begin(six.s6_addr) + network_bytes, std::end(six.s6_addr), std::uint8_t{0});
  return text_of(AF_INET6, &six) + "/64";
}

std::size_t neighbour_count::of(std::string_view peer) const {
  const auto found = each_.find(neighbour_of(peer));
  return found == each_.end() ? 0 : found->second;
}

void neighbour_count::add(std::string_view peer) { ++each_[neighbour_of(peer)]; }

void neighbour_count::remove(std::string_view peer) {
  const auto found = each_.find(neighbour_of(peer));
  if (found != each_.end() && --found->second == 0) each_.erase(found);
}

}  // namespace hearth
