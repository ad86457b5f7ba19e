#pragma once
// Headers (RFC 5322 §2.2): one function per kind of value. Whatever the value holds, exactly one
// header line comes out, folded at 78 where it can be. Only for message.cc. Pure.

#include <string>
#include <string_view>

#include "base/time.h"
#include "mail/address.h"
#include "mail/header_field.h"

namespace postrider {

/// `Subject: …`, as it is when it is plain ASCII, else as encoded words.
void append_text_header(std::string& out, std::string_view name, std::string_view value);

/// `From: Name <address>`; the name quoted or encoded where it must be, or left out.
void append_address_header(std::string& out, std::string_view name, std::string_view display,
                           const Address& address);

/// A header of the user's own; nothing for a blank value or a name that is none. Free text beyond
/// ASCII goes out as encoded words, a structured value (see header_field.h) as ASCII with "?" for
/// what is not, except a name before a List-Id.
void append_field(std::string& out, const HeaderField& field);

/// `Date: Mon, 23 Nov 2026 14:37:18 +0000`.
void append_date_header(std::string& out, WallTime date);

/// A value of our own making without blanks, such as a Message-ID; it cannot be folded.
void append_token_header(std::string& out, std::string_view name, std::string_view value);

}  // namespace postrider
