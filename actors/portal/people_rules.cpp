#include "actors/portal/people_rules.hpp"

#include "actors/portal/utf8.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace hearth {
namespace {

/// Of the commonest passwords in published lists those that are long enough, and the ones that this
/// program suggests by itself.
constexpr auto commonest = std::array<std::string_view, 40>{
    "0123456789",  "1234567890",   "12345678910",  "123456789a",    "1234567891",  "9876543210",
    "0987654321",  "1q2w3e4r5t",   "1q2w3e4r5t6y", "1qaz2wsx3edc",  "q1w2e3r4t5",  "qwertyuiop",
    "qwerty12345", "qwerty123456", "qwertyuiop1",  "asdfghjkl1",    "asdfghjkl;",  "zxcvbnm123",
    "password12",  "password123",  "password1234", "password12345", "passw0rd123", "p@ssw0rd123",
    "welcome123",  "iloveyou123",  "iloveyou12",   "letmein123",    "sunshine12",  "administrator",
    "adminadmin",  "admin12345",   "raspberry1",   "raspberrypi",   "changeme123", "hearthhearth",
    "household1",  "installer1",   "heatpump123",  "thermostat1"};

}  // namespace

std::string lower_case(std::string_view text) {
  auto out = std::string{text};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return out;
}

bool same_name(std::string_view a, std::string_view b) { return lower_case(a) == lower_case(b); }

std::optional<std::string> fault_of_name(std::string_view name) {
  if (name.empty()) return "a name is missing";
  if (name.size() > longest_name)
    return "a name has at most " + std::to_string(longest_name) + " bytes";
  if (!shown_letters(name)) return "a name is made of letters that can be seen";
  if (name.front() == ' ' || name.back() == ' ')
    return "a name neither begins nor ends with a space";
  // It is part of an address of the API.
  if (name.front() == '.' || name.find_first_of("/\\?#%") != std::string_view::npos)
    return "a name does not begin with '.' and has none of / \\ ? # %";
  return {};
}

std::optional<std::string> fault_of_password(std::string_view password, std::string_view name) {
  if (password.size() > longest_password)
    return "a password has at most " + std::to_string(longest_password) + " bytes";
  auto letters = std::set<char32_t>{};
  auto count = std::size_t{0};
  for (auto at = std::size_t{0}; at < password.size(); ++count) {
    const auto letter = letter_at(password, at);
    if (!letter) return "this is no valid text";
    letters.insert(letter->value);
    at += letter->bytes;
  }
  if (count < shortest_password)
    return "a password has at least " + std::to_string(shortest_password) + " characters";
  const auto small = lower_case(password);
  // Of one or two letters a name is part of too many words.
  if (name.size() > 2 && small.find(lower_case(name)) != std::string::npos)
    return "the password contains the name";
  if (letters.size() < 4 || std::ranges::find(commonest, small) != commonest.end())
    return "this password is among the first that are guessed";
  return {};
}

}  // namespace hearth
