#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// How a cell of a canvas looks. `colour` is one of a terminal's 256.
struct ink {
  std::optional<std::uint8_t> colour = {};
  bool bold = false;
  bool dim = false;
  bool reversed = false;
  bool operator==(const ink&) const = default;
};

struct canvas_size {
  int columns = 80;
  int rows = 24;
};

/// A page of a terminal as a grid of characters, so that parts are put where they belong and
/// whatever does not fit is cut at the edge and spoils nothing.
class canvas {
 public:
  explicit canvas(canvas_size size);

  [[nodiscard]] int columns() const { return size_.columns; }
  [[nodiscard]] int rows() const { return size_.rows; }

  /// Writes UTF-8 from (row, column) on, at most `width` characters; a text that is cut ends in
  /// "…". Returns the column after the last character written.
  int put(int row, int column, std::string_view text, ink with = {}, int width = 1 << 20);

  /// The page, line by line without a newline at the end. Without colour it is plain text.
  [[nodiscard]] std::vector<std::string> lines(bool colour) const;

 private:
  struct cell {
    std::string character = " ";
    ink look;
  };
  canvas_size size_;
  std::vector<cell> cells_;
};

/// The characters of a UTF-8 text; what is no UTF-8 and what would move the cursor becomes "?".
std::vector<std::string> characters(std::string_view utf8);

}  // namespace hearth
