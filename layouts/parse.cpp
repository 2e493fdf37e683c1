#include "layouts/parse.hpp"

#include "layouts/draft.hpp"
#include "layouts/time_zone.hpp"

#include <array>
#include <fstream>
#include <openssl/evp.h>

namespace hearth {
namespace {

/// A 90-channel house is about 20 KB.
constexpr std::size_t most_bytes = 1024 * 1024;

std::string sha256_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto sum = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), sum.data(), &length, EVP_sha256(), nullptr);
  auto hex = std::string{};
  for (unsigned i = 0; i < length; ++i) {
    hex += digits[sum[i] >> 4];
    hex += digits[sum[i] & 15];
  }
  return hex;
}

void read_timezone(draft& d, section_reader& top) {
  const auto name = top.text("timezone");
  if (!name) return;
  d.result.timezone = *name;
  const auto at = top.place_of("timezone");
  if (auto wrong = wrong_time_zone(*name))
    d.out.add(at, std::move(wrong->message), std::move(wrong->hint));
}

parsed_layout only(diagnostic d) { return {{}, {std::move(d)}}; }

}  // namespace

parsed_layout parse_layout(std::string_view yaml, const std::string& file,
                           const std::filesystem::path& folder, const catalog& known) {
  if (yaml.size() > most_bytes)
    return only({file,
                 {1, 1},
                 "the file is larger than 1 MiB",
                 "is this a layout? A house of 90 channels has about 20 KB"});
  auto out = diagnostics{file};
  const auto document = read_document(yaml, out);
  if (!document) return {{}, std::move(out).take()};

  auto d = draft{.out = out, .known = known};
  auto top = section_reader{out, *document, document->at, layout_section(), "the layout"};
  d.result.site = top.text("site").value_or("");
  read_timezone(d, top);
  read_link(d, top);
  // References point backwards only: to buses, then channels, then zones.
  read_buses(d, top);
  read_devices(d, top);
  read_plant(d, top);
  read_tariff(d, top);
  read_simulation(d, top);
  read_portal(d, top);
  if (!out.none()) return {{}, std::move(out).take()};
  d.result.text = yaml;
  d.result.hash = sha256_hex(yaml);
  // A file named without a folder stands in the present one, and not at the root.
  d.result.folder = folder.empty() ? "." : folder.string();
  return {std::move(d.result), {}};
}

parsed_layout load_layout(const std::filesystem::path& file, const catalog& known) {
  const auto name = file.string();
  auto error = std::error_code{};
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status))
    return only({name,
                 {},
                 "no such file",
                 "give the path of a layout, such as layouts/simulated-house.yaml"});
  // A pipe or device could block or never end.
  if (!std::filesystem::is_regular_file(status))
    return only({name,
                 {},
                 "this is not a file",
                 "give the path of a layout, such as layouts/simulated-house.yaml"});
  auto in = std::ifstream{file, std::ios::binary};
  auto bytes = std::string(most_bytes + 1, '\0');
  if (in) in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad() || !in.is_open())
    return only({name, {}, "the file cannot be read", "check its permissions"});
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return parse_layout(bytes, name, file.parent_path(), known);
}

}  // namespace hearth
