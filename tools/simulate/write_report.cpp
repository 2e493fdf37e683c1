#include "tools/simulate/report.hpp"

#include <cerrno>
#include <fstream>

namespace hearth::simulate {
namespace {

namespace fs = std::filesystem;

fault trouble(const fs::path& file, const std::error_code& error) {
  const auto denied = error == std::errc::permission_denied ||
                      error == std::errc::operation_not_permitted ||
                      error == std::errc::read_only_file_system;
  return {denied ? fault_code::permission : fault_code::io,
          "cannot write " + file.string() + ": " + error.message()};
}

/// Under another name first: whoever reads the file finds the old one or the new one, whole.
result<void> write_whole(const fs::path& file, std::string_view content) {
  auto part = file;
  part += ".part";
  errno = 0;
  {
    auto out = std::ofstream{part, std::ios::binary | std::ios::trunc};
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) {
      const auto error = std::error_code{errno == 0 ? EIO : errno, std::generic_category()};
      auto ignored = std::error_code{};
      fs::remove(part, ignored);
      return tl::make_unexpected(trouble(file, error));
    }
  }
  auto error = std::error_code{};
  fs::rename(part, file, error);
  if (!error) return {};
  auto ignored = std::error_code{};
  fs::remove(part, ignored);
  return tl::make_unexpected(trouble(file, error));
}

}  // namespace

result<void> write_report(const fs::path& folder, const run_record& r) {
  auto error = std::error_code{};
  fs::create_directories(folder, error);
  if (error) return tl::make_unexpected(trouble(folder, error));
  // One text at a time, because that of a year is large.
  using writer = std::string (*)(const run_record&);
  constexpr auto files = std::array{std::pair{"series.csv", writer{series_csv}},
                                    std::pair{"report.html", writer{report_html}},
                                    std::pair{"summary.json", writer{summary_json}}};
  for (const auto& [name, write] : files)
    if (auto written = write_whole(folder / name, write(r)); !written) return written;
  return {};
}

}  // namespace hearth::simulate
