#include "actors/portal/portal_desk.hpp"

#include "protocol/hex.hpp"

namespace hearth {

bool portal_desk::keep_wishes(time_point now) {
  const auto text = wants.take_kept();
  if (!text) return true;
  const auto failure = accounts->set_setting("household", *text);
  if (!failure) {
    unkept_told = false;
    return true;
  }
  wants.was_not_kept();
  if (!std::exchange(unkept_told, true))
    words.push_back(
        {severity::warning, "page-unkept", view.house().site,
         "schedules and wishes stand, and a restart would forget them: " + to_text(*failure), now});
  return false;
}

std::string portal_desk::new_id(std::string_view kind) const {
  return std::string{kind} + "-" + hex_of(random(8));
}

}  // namespace hearth
