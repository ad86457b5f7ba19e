#include "smtp/command.h"

#include <algorithm>
#include <charconv>

namespace postrider {
namespace {

/// Nothing that ends a line or a word. Bytes above 0x7f pass: SMTPUTF8 addresses have them.
bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f;
  });
}

bool is_address_part(std::string_view text) {
  return is_word(text) && text.find_first_of("<>") == std::string_view::npos;
}

bool append_greeting(std::string& out, std::string_view verb, std::string_view our_name) {
  if (!is_word(our_name)) return false;
  out.append(verb).append(our_name).append("\r\n");
  return true;
}

}  // namespace

bool append_ehlo(std::string& out, std::string_view our_name) {
  return append_greeting(out, "EHLO ", our_name);
}
bool append_helo(std::string& out, std::string_view our_name) {
  return append_greeting(out, "HELO ", our_name);
}

bool append_mail(std::string& out, std::string_view local, std::string_view domain,
                 const MailParameters& parameters) {
  if (!is_address_part(local) || !is_address_part(domain)) return false;
  out.append("MAIL FROM:<").append(local).append("@").append(domain).append(">");
  if (parameters.size) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, *parameters.size).ptr;
    out.append(" SIZE=").append(digits, end);
  }
  if (parameters.eight_bit) out.append(" BODY=8BITMIME");
  if (parameters.smtputf8) out.append(" SMTPUTF8");
  out.append("\r\n");
  return true;
}

bool append_rcpt(std::string& out, std::string_view local, std::string_view domain) {
  if (!is_address_part(local) || !is_address_part(domain)) return false;
  out.append("RCPT TO:<").append(local).append("@").append(domain).append(">\r\n");
  return true;
}

bool append_auth(std::string& out, std::string_view mechanism, std::string_view response) {
  if (!is_word(mechanism) || (!response.empty() && !is_word(response))) return false;
  out.append("AUTH ").append(mechanism);
  if (!response.empty()) out.append(" ").append(response);
  out.append("\r\n");
  return true;
}

bool append_response(std::string& out, std::string_view base64) {
  if (!base64.empty() && !is_word(base64)) return false;
  out.append(base64).append("\r\n");
  return true;
}

}  // namespace postrider
