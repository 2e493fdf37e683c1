#include "drivers/ports/shown_keys.hpp"

#include <algorithm>

namespace hearth {
namespace {

result<std::vector<std::filesystem::path>> certificates_in(const std::filesystem::path& folder) {
  auto failure = std::error_code{};
  auto each = std::filesystem::directory_iterator{folder, failure};
  auto files = std::vector<std::filesystem::path>{};
  for (; !failure && each != std::filesystem::directory_iterator{}; each.increment(failure))
    if (each->path().extension() == ".crt" && !each->path().filename().string().starts_with("."))
      files.push_back(each->path());
  if (failure)
    return failed(fault_code::no_such_device, "cannot look into " + folder.string() + ": " +
                                                  failure.message() +
                                                  "; 'scada keys init' makes one");
  std::ranges::sort(files);
  return files;
}

}  // namespace

result<std::vector<shown_key>> look_at_keys(const std::filesystem::path& folder,
                                            std::vector<std::filesystem::path> files) {
  if (files.empty()) {
    auto found = certificates_in(folder);
    if (!found) return tl::make_unexpected(found.error());
    files = std::move(*found);
  }
  auto all = std::vector<shown_key>{};
  for (const auto& file : files) {
    auto one = shown_key{file, read_certificate(file), {}};
    auto failure = std::error_code{};
    auto list = file.parent_path() / "ca.crl";
    if (!std::filesystem::exists(list, failure)) list = folder / "ca.crl";
    if (const auto revoked = read_revoked_serials(list); revoked && one.facts)
      one.revoked = std::ranges::find(*revoked, one.facts->serial) != revoked->end();
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace hearth
