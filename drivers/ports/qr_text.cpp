#include "drivers/ports/qr_text.hpp"

#include <memory>
#include <qrencode.h>

namespace hearth {
namespace {

/// ISO/IEC 18004 demands four modules all around; readers are content with two.
constexpr auto quiet = 2;

}  // namespace

std::optional<std::string> qr_text(std::string_view text) {
  const auto terminated = std::string{text};
  const auto code = std::unique_ptr<QRcode, void (*)(QRcode*)>{
      QRcode_encodeString(terminated.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free};
  if (!code) return {};
  const auto width = code->width;
  // A module that is light is lit.
  const auto lit = [&](int row, int column) {
    if (row < 0 || column < 0 || row >= width || column >= width) return row < width + quiet;
    return (code->data[row * width + column] & 1) == 0;
  };
  auto out = std::string{};
  for (auto row = -quiet; row < width + quiet; row += 2) {
    for (auto column = -quiet; column < width + quiet; ++column) {
      const auto above = lit(row, column);
      const auto below = lit(row + 1, column);
      out += above && below ? "\u2588" : above ? "\u2580" : below ? "\u2584" : " ";
    }
    out += '\n';
  }
  return out;
}

}  // namespace hearth
