#include "layouts/layout.hpp"

#include <cassert>

namespace hearth {
namespace {

template <class T>
const T& option(const option_map& options, std::string_view key) {
  const auto found = options.find(key);
  assert(found != options.end() && "the model's spec requires this option or gives it a fallback");
  const auto* value = std::get_if<T>(&found->second);
  assert(value && "the model's spec gives this option another kind");
  return *value;
}

}  // namespace

std::optional<channel_id> layout::find_channel(std::string_view name) const {
  for (std::size_t i = 0; i < channels.size(); ++i)
    if (channels[i].name == name) return channel_id{static_cast<std::uint16_t>(i)};
  return {};
}

std::string text_option(const option_map& options, std::string_view key) {
  return option<std::string>(options, key);
}
std::int64_t integer_option(const option_map& options, std::string_view key) {
  return option<std::int64_t>(options, key);
}
double number_option(const option_map& options, std::string_view key) {
  return option<double>(options, key);
}
bool flag_option(const option_map& options, std::string_view key) {
  return option<bool>(options, key);
}
bool has_option(const option_map& options, std::string_view key) {
  return options.find(key) != options.end();
}
duration duration_option(const option_map& options, std::string_view key) {
  return std::chrono::round<duration>(seconds_real{number_option(options, key)});
}

}  // namespace hearth
