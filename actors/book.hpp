#pragma once

#include "protocol/messages.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

/// What house and node settle by. Each contract that has run and is over is an entry of the house's
/// book; a chain of SHA-256 binds each to all before it, so that two who reckon it from what each
/// of them knows need to compare one number only.
namespace hearth {

/// Energy as it is settled: whole milliwatt hours, so that both sides hash the same digits.
energy settled_energy(energy e);

/// The chain after an entry. Of the report it binds: book, number, contract, status, slot, promised
/// and metered energy, price and unmetered time. docs/wire.md says the bytes.
std::string chain_after(const std::string& before, const contract_report& entry);
/// The chain of a book without entries.
std::string chain_of_new_book(const std::string& site, const std::string& book);

/// A house's book: only its end, for what it says goes to the node and is kept there. Pure.
class settlement_book {
 public:
  /// `name` is used for this book only, ever.
  settlement_book(const std::string& site, std::string name)
      : name_{std::move(name)}, chain_{chain_of_new_book(site, name_)} {}

  /// Enters what a last report settles: its number, its chain. Others stay as they are. What was
  /// entered lately settles nothing again, though a house that was away says it again.
  void enter(contract_report& report);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }

  /// To be kept, and what was kept; nothing if that is no book.
  [[nodiscard]] std::string text() const;
  static std::optional<settlement_book> from_text(const std::string& text);

 private:
  settlement_book() = default;

  std::string name_;
  std::uint64_t entries_ = 0;
  std::string chain_;
  std::deque<std::string> lately_;  ///< which contracts, by a hash of their names; the latest last
};

}  // namespace hearth
