#include "tools/simulate/html.hpp"

#include "protocol/utf8.hpp"

namespace hearth::simulate {

std::string escaped(std::string_view text) {
  auto safe = std::string{};
  for (const auto c : mended(text)) {
    switch (c) {
    case '&': safe += "&amp;"; break;
    case '<': safe += "&lt;"; break;
    case '>': safe += "&gt;"; break;
    case '"': safe += "&quot;"; break;
    case '\'': safe += "&#39;"; break;
    default: safe += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return safe;
}

std::string filled(std::string_view page,
                   const std::map<std::string, std::string, std::less<>>& texts) {
  auto whole = std::string{};
  while (true) {
    const auto open = page.find("{{");
    const auto close = page.find("}}", open);
    if (open == std::string_view::npos || close == std::string_view::npos) return whole += page;
    const auto text = texts.find(page.substr(open + 2, close - open - 2));
    whole += page.substr(0, open);
    whole +=
        text != texts.end() ? std::string_view{text->second} : page.substr(open, close + 2 - open);
    page.remove_prefix(close + 2);
  }
}

}  // namespace hearth::simulate
