#pragma once
// Tokens: what a program or a browser shows instead of a password. A token is a prefix that says what
// it is and 256 random bits; it is shown once, and only its hash is kept. A plain SHA-256 is enough for
// that, since nobody can guess 256 bits, and whoever reads the hashes cannot show a token. A lookup by
// hash needs no comparison in constant time: its time depends on the hash, which nobody can steer.
// Thread safe.

#include <istream>
#include <string>
#include <string_view>

namespace postrider {

inline constexpr std::string_view kKeyPrefix = "pr_key_";                ///< an API key
inline constexpr std::string_view kSessionPrefix = "pr_session_";        ///< a login in a browser
inline constexpr std::string_view kSetupPrefix = "pr_setup_";            ///< makes the first owner
inline constexpr std::string_view kInvitationPrefix = "pr_invitation_";  ///< makes a further account

/// `prefix` and the base64url (RFC 4648 §5, no padding) of 32 random octets: 43 characters.
std::string make_token(std::string_view prefix);

/// SHA-256 of the whole token, as 64 hex digits.
std::string token_hash(std::string_view token);

/// The same of all that a stream holds from its start, where it stands again afterwards.
std::string stream_hash(std::istream& stream);

/// The start of a token that may be shown in lists: its prefix and 6 further characters.
std::string token_start(std::string_view token, std::string_view prefix);

}  // namespace postrider
