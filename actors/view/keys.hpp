#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// Something pressed at a terminal.
struct key {
  enum class kind : unsigned char {
    character,  ///< what `text` says
    up,
    down,
    page_up,
    page_down,
    home,
    end,
    enter,
    escape,
    backspace
  };
  kind what = kind::character;
  std::string text = {};  ///< one UTF-8 character, of a character
  bool operator==(const key&) const = default;
};

/// Makes keys of the bytes a terminal sends. An escape sequence may come in pieces; one that is
/// not known is dropped.
class key_reader {
 public:
  std::vector<key> feed(std::string_view bytes);
  /// Nothing has come for a moment: an escape that waited for more was the key itself.
  std::vector<key> rest();

 private:
  std::string waiting_;  ///< bytes that may be the beginning of a key; at most `longest`
};

}  // namespace hearth
