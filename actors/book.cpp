#include "actors/book.hpp"

#include "protocol/hex.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <openssl/evp.h>
#include <sstream>

namespace hearth {
namespace {

/// Entries that are not made again, and how they are told apart.
constexpr std::size_t remembered = 16, hash_letters = 16;

std::string sha256(const std::string& bytes) {
  auto digest = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto size = 0U;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {digest.begin(), digest.begin() + size};
}

/// What no number can tell is told as none; a peer may have said anything.
std::string whole(double x) {
  constexpr auto beyond_any_book = 9e15;
  if (!(std::abs(x) <= beyond_any_book)) return "?";
  return std::to_string(std::llround(x));
}

std::string milliwatt_hours(energy e) { return whole(e.in(watt_hour)*1e3); }

std::int64_t whole_seconds(duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

}  // namespace

energy settled_energy(energy e) { return std::round(e.in(watt_hour)*1e3) / 1e3 * watt_hour; }

std::string chain_of_new_book(const std::string& site, const std::string& book) {
  return sha256("hearth book\n" + site + "\n" + book + "\n");
}

std::string chain_after(const std::string& before, const contract_report& entry) {
  const auto& s = *entry.settled;
  auto text = before;
  const auto add = [&](const std::string& field) { text += field + "\n"; };
  add(s.book);
  add(std::to_string(s.entry));
  add(entry.contract_id);
  add(std::string{to_text(entry.status)});
  add(std::to_string(s.start.time_since_epoch() / std::chrono::seconds{1}));
  add(std::to_string(whole_seconds(s.length)));
  add(milliwatt_hours(entry.promised));
  add(milliwatt_hours(entry.metered));
  add(s.price ? whole(s.price->in(usd_per_mwh)*1e3) : "-");
  add(std::to_string(whole_seconds(s.unmetered)));
  return sha256(text);
}

void settlement_book::enter(contract_report& report) {
  if (!report.settled) return;
  auto which = hex_of(sha256(report.contract_id)).substr(0, hash_letters);
  if (std::ranges::find(lately_, which) != lately_.end()) {
    report.settled.reset();
    return;
  }
  lately_.push_back(std::move(which));
  if (lately_.size() > remembered) lately_.pop_front();
  report.settled->book = name_;
  report.settled->entry = ++entries_;
  chain_ = chain_after(chain_, report);
  report.settled->chain = chain_;
}

std::string settlement_book::text() const {
  auto out = name_ + " " + std::to_string(entries_) + " " + hex_of(chain_);
  for (const auto& which : lately_) out += " " + which;
  return out;
}

std::optional<settlement_book> settlement_book::from_text(const std::string& text) {
  auto out = settlement_book{};
  auto words = std::istringstream{text};
  auto chain = std::string{};
  if (!(words >> out.name_ >> out.entries_ >> chain)) return {};
  auto bytes = bytes_from_hex(chain);
  if (!bytes || bytes->size() != 32) return {};
  out.chain_ = std::move(*bytes);
  for (auto which = std::string{}; words >> which;)
    if (out.lately_.size() < remembered) out.lately_.push_back(which);
  return out;
}

}  // namespace hearth
