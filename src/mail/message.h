#pragma once
// Message: from parts to the bytes that leave (RFC 5322, MIME). Text alone, or HTML with a text
// beside it, with or without attachments; see docs/message.md. Pure.
//
// Whatever the parts hold, the result has CRLF line ends only, no line over 998 octets, exactly
// one of each of From, To, Subject, Date, Message-ID and MIME-Version, and no header that a
// value smuggled in: CR, LF and NUL never reach a header (they become spaces).

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "mail/address.h"
#include "mail/attachment.h"
#include "mail/header_field.h"

namespace postrider {

struct MessageParts {
  std::string from_name;  ///< may be empty
  Address from;
  std::string to_name;  ///< may be empty
  Address to;
  std::string reply_to_name;  ///< may be empty
  std::optional<Address> reply_to;
  std::string subject;                            ///< UTF-8
  std::string text;                               ///< UTF-8, any line ends
  std::string html;                               ///< UTF-8; empty: a message of text alone
  std::vector<HeaderField> headers;               ///< rendered; one whose value is blank is left out
  std::shared_ptr<const AttachedParts> attached;  ///< may be null
  std::string list_unsubscribe;                   ///< the field's value, one line; empty: no such field
  bool one_click = false;                         ///< with it goes List-Unsubscribe-Post (RFC 8058)
  std::string message_id;                         ///< with "<" and ">"
  WallTime date;                                  ///< the moment of sending
};

/// The bytes that leave are head, then tail(). Both end at a line end. The attachments are those of
/// the campaign, not a copy.
struct ComposedMessage {
  std::string head;
  std::shared_ptr<const AttachedParts> attached;  ///< may be null
  bool needs_smtputf8 = false;                    ///< an address in it has a local part beyond ASCII

  std::string_view tail() const { return attached ? std::string_view{attached->bytes()} : ""; }
  std::size_t size() const { return head.size() + tail().size(); }
  std::string whole() const { return head + std::string(tail()); }  ///< a copy, for previews and tests
};

/// Not dot-stuffed and without the final dot: that is the smtp room's business. ASCII text is
/// sent 7bit, other text quoted-printable or base64, whichever is shorter. A message with HTML
/// always has a text: where `text` is blank, one is made from the HTML.
ComposedMessage compose(const MessageParts& parts);

}  // namespace postrider
