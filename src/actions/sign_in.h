#pragma once
// Signing in and out. A wrong name, a wrong password and a disabled account look alike, in words and in
// time. Tries are throttled for each account and each address: the fifth failure in a row blocks for 5
// seconds, each further one twice as long, up to 15 minutes; a whole /64 of IPv6 counts as one address.
// The drawback: whoever knows a name can keep its account from logging in, for 15 minutes at a time;
// sessions that are open go on, and `postrider account` works without a login.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

struct Login {
  std::string token;  ///< of the session; shown once
  AccountSession session;
  Account account;
};

struct SignInRefusal {
  Error error;                            ///< sign_in_refused, or too_many_sign_ins
  std::optional<WallTime> blocked_until;  ///< of the latter
};

/// `address` is the caller's, as text without a port.
std::expected<Login, SignInRefusal> sign_in(ActionContext& context, std::string_view name,
                                            std::string_view password, std::string_view address);

/// A new session, always with a new token, for an account that has just proved who it is.
Login open_login(ActionContext& context, const Account& account, std::string_view address);

/// False: there was no such session.
bool sign_out(ActionContext& context, std::string_view token);

/// By the person: needs the current password, throttled like a sign-in. Ends all sessions of the account;
/// the caller opens a new one (open_login).
std::expected<Account, SignInRefusal> change_password(ActionContext& context, AccountId id,
                                                      std::string_view current, std::string_view wanted,
                                                      std::string_view address);

/// What the throttle counts for this address: "address:192.0.2.1", "address:2001:db8:0:1::/64".
std::string throttle_key_of_address(std::string_view address);

}  // namespace postrider
