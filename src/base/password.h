#pragma once
// Passwords of accounts: argon2id (RFC 9106) by libsodium, two passes over 64 MB, one lane: about a tenth
// of a second of one core for each try. The hash says its own numbers, so they may rise later.
// Thread safe; each call takes 64 MB while it runs, so callers bound how many run at once.

#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

inline constexpr std::size_t kLeastPassword = 12;   ///< characters
inline constexpr std::size_t kMostPassword = 1024;  ///< octets
inline constexpr unsigned long long kPasswordPasses = 2;
inline constexpr std::size_t kPasswordMemory = 64 * 1024 * 1024;

/// An error that says what is wrong with it as the password of the account `name`: too short, too long,
/// no UTF-8, the name itself, or one character again and again.
Result<void> check_password(std::string_view password, std::string_view name);

/// "$argon2id$v=19$m=65536,t=2,p=1$…". Throws Fault when there is no memory for it.
std::string hash_password(std::string_view password);

/// False for a wrong password; an empty `hash` (there is no such account) takes as long and is false.
bool verify_password(std::string_view hash, std::string_view password);

}  // namespace postrider
