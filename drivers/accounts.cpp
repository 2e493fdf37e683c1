#include "drivers/accounts.hpp"

namespace hearth {

std::string_view to_text(role r) {
  switch (r) {
  case role::viewer: return "viewer";
  case role::household: return "household";
  case role::installer: return "installer";
  }
  return "viewer";
}

std::optional<role> role_from(std::string_view text) {
  for (const auto r : {role::viewer, role::household, role::installer})
    if (text == to_text(r)) return r;
  return {};
}

}  // namespace hearth
