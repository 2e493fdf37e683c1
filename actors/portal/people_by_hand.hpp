#pragma once

#include "drivers/accounts.hpp"

#include <string>
#include <vector>

/// What whoever owns the machine may do to the page's people without signing in: `scada portal`.
/// Pure; hashing is given.
namespace hearth {

/// One line each: name, role, last sign-in, and whether guesses have locked it.
std::string people_text(const std::vector<account>& people, time_point now);

/// A new account. The first one must be an installer, because only one can add others.
result<account_changes> account_by_hand(const std::vector<account>& people, std::size_t most,
                                        const std::string& name, role may,
                                        const std::string& password, const password_hashing& how,
                                        time_point now);

/// A new password, which ends the sessions there are and any lock-out.
result<account_changes> reset_by_hand(const std::vector<account>& people, const std::string& name,
                                      const std::string& password, const password_hashing& how,
                                      time_point now);

}  // namespace hearth
