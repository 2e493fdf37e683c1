#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// What `scada check` would print.
std::string complaints_about(const std::filesystem::path& file) {
  const auto parsed = parse_layout(contents_of(file), file.filename().string(), file.parent_path(),
                                   known_catalog());
  auto text = std::string{};
  for (const auto& d : parsed.diagnostics) text += to_text(d);
  if (parsed.layout) text += "(no error)\n";
  return text;
}

std::vector<std::filesystem::path> bad_layouts() {
  auto files = std::vector<std::filesystem::path>{};
  for (const auto& found : std::filesystem::directory_iterator{source("tests/layouts/bad")})
    if (found.path().extension() == ".yaml") files.push_back(found.path());
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> lines_of(const std::string& text) {
  auto lines = std::vector<std::string>{};
  auto stream = std::istringstream{text};
  for (auto line = std::string{}; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The lines that only one side has, in the manner of diff.
std::string difference(const std::string& golden, const std::string& actual) {
  const auto wanted = lines_of(golden);
  const auto got = lines_of(actual);
  auto text = std::string{};
  for (const auto& line : wanted)
    if (std::ranges::find(got, line) == got.end()) text += "- " + line + "\n";
  for (const auto& line : got)
    if (std::ranges::find(wanted, line) == wanted.end()) text += "+ " + line + "\n";
  return text;
}

}  // namespace

TEST_CASE("every wrong layout gets exactly the errors beside it") {
  const auto files = bad_layouts();
  CHECK(files.size() >= 35);
  for (const auto& file : files) {
    auto golden = file;
    golden.replace_extension(".err");
    const auto actual = complaints_about(file);
    // To write the golden files anew after a change of words: read the diff before committing it.
    if (std::getenv("HEARTH_WRITE_GOLDEN")) std::ofstream{golden, std::ios::binary} << actual;
    const auto wanted = contents_of(golden);
    INFO(file.filename().string(), "\n", difference(wanted, actual));
    CHECK(wanted == actual);
    CHECK(actual.find("(no error)") == std::string::npos);
  }
}

TEST_CASE("errors come in file order and nearly all say what to do") {
  for (const auto& file : bad_layouts()) {
    const auto parsed = parse_layout(contents_of(file), "f", {}, known_catalog());
    INFO(file.filename().string());
    CHECK(std::ranges::is_sorted(parsed.diagnostics, {}, [](const diagnostic& d) {
      return std::tuple{d.at.line, d.at.column};
    }));
    for (const auto& d : parsed.diagnostics) {
      INFO(d.message);
      CHECK_FALSE(d.hint.empty());
      CHECK(d.at.line >= 1);
      CHECK(d.at.column >= 1);
    }
  }
}
