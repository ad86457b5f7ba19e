#pragma once
// Whether a message is what it should be. Only for tests.

#include <string>
#include <string_view>

#include "mail/any_message_test.h"
#include "mail/gmime_reader_test.h"

namespace postrider {

/// What a reader found otherwise than it was put in, one line each; empty: nothing.
std::string differences(const AnyMessage& put_in, const ReadMessage& read);

/// What every message must be, whatever is in it: CRLF only, no NUL, no line over 998 octets, no
/// header line that is blank, lines with encoded words at most 78 (RFC 5322 §2.1.1, RFC 2047 §2).
std::string faults_of_form(std::string_view message);

}  // namespace postrider
