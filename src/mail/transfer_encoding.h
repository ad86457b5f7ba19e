#pragma once
// Transfer encodings (RFC 2045 §6): how a body gets through servers that carry 7 bits and lines of
// at most 998 octets. Only for the mail room. Pure.

#include <string>
#include <string_view>

namespace postrider {

/// "=C3" for the octet 0xC3.
void append_hex(std::string& out, char octet);

/// Base64 without line ends.
void append_base64(std::string& out, std::string_view bytes);

/// Base64 in lines of 76, each with CRLF.
void append_base64_lines(std::string& out, std::string_view bytes);

/// Text with CRLF line ends as quoted-printable, lines at most 76.
void append_quoted_printable(std::string& out, std::string_view text);

enum class TransferEncoding { seven_bit, quoted_printable, base64 };

/// 7bit for ASCII without control characters and with lines of at most 998, otherwise the shorter
/// of the other two. `text` has CRLF line ends.
TransferEncoding choose_encoding(std::string_view text);

}  // namespace postrider
