#pragma once

#include "actors/portal_actor.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace hearth::tools {

/// The ends of a house's page that touch the world: its server, the file of its people and wishes
/// in the state folder, hashing, randomness and the pages themselves. `show` is told where the page
/// is, and the claim code while nobody has an account; it is called on the portal's thread.
portal_parts page_in(
    const std::string& state_folder, const std::string& site,
    std::function<void(const std::string& address, const std::optional<std::string>& claim)> show);

/// Who may enter the page of a site, as lines for people; makes nothing.
std::string who_may_enter(const std::string& state_folder, const std::string& site);

/// What a browser on this or another machine of the house opens: the address it listens at with a
/// name that others can reach.
std::string page_address(const std::string& listens_at, bool encrypted);
/// The same, with the code that makes the first account, as it fits into a QR code.
std::string claim_address(const std::string& page, const std::string& code);

/// Where the page is and how the first account is made: a line of the log, and on a terminal a QR
/// code besides.
std::function<void(const std::string&, const std::optional<std::string>&)> page_in_log(
    const std::string& site, bool encrypted);

/// What the portal's thread has told of the page, for whoever prints it.
class page_notice {
 public:
  /// For `page_in`; `of` outlives the house.
  static std::function<void(const std::string&, const std::optional<std::string>&)> into(
      std::shared_ptr<page_notice> of);
  /// Where it is and how the first account is made, in one line; empty: not known yet.
  [[nodiscard]] std::string line() const;
  /// The address alone; empty: not known yet.
  [[nodiscard]] std::string address() const;

 private:
  mutable std::mutex guard_;
  std::string address_;
  std::optional<std::string> claim_;
};

}  // namespace hearth::tools
