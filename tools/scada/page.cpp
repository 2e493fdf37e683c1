#include "tools/scada/page.hpp"

#include "drivers/ports/certificate.hpp"
#include "drivers/ports/password_hash.hpp"
#include "drivers/ports/qr_text.hpp"
#include "drivers/ports/sqlite_accounts.hpp"
#include "drivers/ports/web_server.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace hearth::tools {
namespace {

/// Nothing where /proc is not there.
std::uint64_t resident_bytes() {
  auto file = std::ifstream{"/proc/self/statm"};
  auto all = std::uint64_t{}, resident = std::uint64_t{};
  if (!(file >> all >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string machine_name() {
  auto name = std::array<char, 256>{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// Whoever made the certificate named every way to the page.
std::vector<std::string> names_of(const std::string& cert) {
  auto all = std::vector<std::string>{};
  if (const auto own = machine_name(); !own.empty()) all.push_back(own);
  if (cert.empty()) return all;
  if (const auto facts = read_certificate(cert))
    all.insert(all.end(), facts->addresses.begin(), facts->addresses.end());
  return all;
}

std::string own_name() {
  const auto text = machine_name();
  if (text.empty()) return "localhost";
  // What a phone asks for by multicast, as avahi answers it.
  return text.find('.') == std::string::npos ? text + ".local" : text;
}

}  // namespace

portal_parts page_in(
    const std::string& state_folder, const std::string& site,
    std::function<void(const std::string&, const std::optional<std::string>&)> show) {
  const auto file = std::filesystem::path{state_folder} / (site + ".portal.db");
  return {.serve = make_web_server,
          .open_accounts = [file] { return open_sqlite_accounts(file); },
          .hashing = argon2id_hashing(),
          .random_bytes = random_bytes,
          .pages = page_files(),
          .show = std::move(show),
          .rss_bytes = resident_bytes,
          .names = names_of,
          .authority = [](const std::string& cert) { return authority_of(cert); }};
}

std::string who_may_enter(const std::string& state_folder, const std::string& site) {
  const auto file = std::filesystem::path{state_folder} / (site + ".portal.db");
  auto failure = std::error_code{};
  const auto nobody =
      "  nobody has an account yet: the first start shows the code that makes one\n";
  // Opening it would make it.
  if (!std::filesystem::exists(file, failure)) return nobody;
  const auto opened = open_sqlite_accounts(file, {}, damaged_accounts::leave);
  if (!opened) return "  its accounts cannot be read: " + to_text(opened.error()) + "\n";
  const auto all = opened->store->accounts();
  if (!all) return "  its accounts cannot be read: " + to_text(all.error()) + "\n";
  if (all->empty()) return nobody;
  auto out = std::string{};
  for (const auto& a : *all)
    out += "  " + a.name + " may enter as " + std::string{to_text(a.may)} + "\n";
  return out;
}

std::string page_address(const std::string& listens_at, bool encrypted) {
  auto where = listens_at;
  for (const auto* any : {"0.0.0.0:", "[::]:"})
    if (where.starts_with(any)) where = own_name() + ":" + where.substr(std::string{any}.size());
  return (encrypted ? "https://" : "http://") + where + "/";
}

std::string claim_address(const std::string& page, const std::string& code) {
  return page + "#claim=" + code;
}

std::function<void(const std::string&, const std::optional<std::string>&)> page_in_log(
    const std::string& site, bool encrypted) {
  return [site, encrypted](const std::string& listens_at, const std::optional<std::string>& claim) {
    const auto page = page_address(listens_at, encrypted);
    const auto at = to_iso8601(std::chrono::floor<std::chrono::seconds>(house_clock::real().now()));
    if (!claim) {
      spdlog::info("{} info page {}: the page is at {}", at, site, page);
      return;
    }
    // Whoever reads only warnings needs it as well: without it nobody gets in.
    spdlog::warn(
        "{} warning page-claim {}: the page is at {}; nobody has an account yet, the code "
        "for the first one is {}",
        at, site, page, *claim);
    if (isatty(STDERR_FILENO) == 0) return;
    if (const auto drawn = qr_text(claim_address(page, *claim))) std::cerr << *drawn << std::flush;
  };
}

std::function<void(const std::string&, const std::optional<std::string>&)> page_notice::into(
    std::shared_ptr<page_notice> of) {
  return
      [of = std::move(of)](const std::string& listens_at, const std::optional<std::string>& claim) {
        const auto lock = std::lock_guard{of->guard_};
        of->address_ = page_address(listens_at, false);
        of->claim_ = claim;
      };
}

std::string page_notice::address() const {
  const auto lock = std::lock_guard{guard_};
  return address_;
}

std::string page_notice::line() const {
  const auto lock = std::lock_guard{guard_};
  if (address_.empty()) return {};
  return address_ + (claim_ ? "  claim code " + *claim_ : std::string{});
}

}  // namespace hearth::tools
