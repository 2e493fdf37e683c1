#include "actors/portal/event_text.hpp"

#include <nlohmann/json.hpp>

namespace hearth {

std::optional<event> event_from(const chronicle_item& item) {
  const auto data = nlohmann::json::parse(item.data, nullptr, false);
  if (item.kind != "event" || !data.is_object()) return {};
  const auto kind = data.find("kind"), subject = data.find("subject");
  if (kind == data.end() || subject == data.end() || !kind->is_string() || !subject->is_string())
    return {};
  return event{item.severity, kind->get<std::string>(), subject->get<std::string>(), item.text,
               item.at};
}

}  // namespace hearth
