#pragma once
// Commands: the lines we say. Each function appends one whole line to `out`, or appends nothing
// and returns false when an argument could break out of its place (CR, LF, NUL, other controls,
// and blanks or angle brackets in an address). Every argument is checked here once more, however
// well it was checked before: injection through one unchecked argument is the classic fault of
// mail libraries. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postrider {

struct MailParameters {
  std::optional<std::size_t> size;  ///< SIZE=, RFC 1870
  bool eight_bit = false;           ///< BODY=8BITMIME, RFC 6152
  bool smtputf8 = false;            ///< SMTPUTF8, RFC 6531
};

[[nodiscard]] bool append_ehlo(std::string& out, std::string_view our_name);
[[nodiscard]] bool append_helo(std::string& out, std::string_view our_name);
[[nodiscard]] bool append_mail(std::string& out, std::string_view local, std::string_view domain,
                               const MailParameters& parameters);
[[nodiscard]] bool append_rcpt(std::string& out, std::string_view local, std::string_view domain);
/// `AUTH mechanism [initial response]`; the response is base64 already.
[[nodiscard]] bool append_auth(std::string& out, std::string_view mechanism, std::string_view response);
/// A line that is only base64, the answer to a 334.
[[nodiscard]] bool append_response(std::string& out, std::string_view base64);

inline constexpr std::string_view data_command = "DATA\r\n";
inline constexpr std::string_view rset_command = "RSET\r\n";
inline constexpr std::string_view starttls_command = "STARTTLS\r\n";
inline constexpr std::string_view quit_command = "QUIT\r\n";

}  // namespace postrider
