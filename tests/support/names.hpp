#pragma once

#include <netdb.h>

namespace hearth::testing {

/// Whether this system can look up "localhost"; a bare debootstrap has no /etc/hosts and cannot.
inline bool resolves_localhost() {
  addrinfo* found = nullptr;
  if (getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return false;
  freeaddrinfo(found);
  return true;
}

}  // namespace hearth::testing
