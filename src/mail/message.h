#pragma once
// Message: from parts to the bytes that leave (RFC 5322, MIME). Text today; HTML, attachments and
// further headers join in the message's own issue. Pure.
//
// Whatever the parts hold, the result has CRLF line ends only, no line over 998 octets, exactly
// one of each of From, To, Subject, Date, Message-ID and MIME-Version, and no header that a
// value smuggled in: CR, LF and NUL never reach a header (they become spaces).

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "mail/address.h"

namespace postrider {

struct MessageParts {
  std::string from_name;  ///< may be empty
  Address from;
  std::string to_name;  ///< may be empty
  Address to;
  std::string subject;     ///< UTF-8
  std::string text;        ///< UTF-8, any line ends
  std::string message_id;  ///< with "<" and ">"
  WallTime date;           ///< the moment of sending
};

/// Not dot-stuffed and without the final dot: that is the smtp room's business. ASCII text is
/// sent 7bit, other text quoted-printable or base64, whichever is shorter.
std::string compose(const MessageParts& parts);

/// The only one so far: a further email of one recipient in one campaign would count on.
inline constexpr int kMessageGeneration = 1;

/// `<26 characters of base32(HMAC-SHA256(key, campaign, recipient, generation))@domain>`: the same
/// on every attempt of one email, and unguessable without `key` (32 bytes).
std::string make_message_id(std::span<const unsigned char> key, std::int64_t campaign, std::int64_t recipient,
                            int generation, std::string_view domain);

}  // namespace postrider
