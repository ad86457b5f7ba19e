#include "mail/message.h"

#include <algorithm>

#include "base/text.h"
#include "mail/header.h"
#include "mail/transfer_encoding.h"

namespace postrider {
namespace {

/// What is not UTF-8 becomes question marks.
std::string made_valid(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_length(text);
    out += length == 0 ? std::string_view{"?"} : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

/// A CR that stands alone or before another becomes a line end, NUL a blank.
std::string without_cr_and_nul(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
    } else {
      out += text[i] == '\0' ? ' ' : text[i];
    }
  }
  return out;
}

/// Valid UTF-8 without NUL, and every line, also the last, ends in CRLF. Ordinary text is only
/// looked at and copied line by line: this runs once for every email.
std::string canonical(std::string_view text) {
  std::string made;
  if (!is_valid_utf8(text)) text = made = made_valid(text);
  if (text.find('\r') != text.npos || text.find('\0') != text.npos) text = made = without_cr_and_nul(text);
  std::string out;
  out.reserve(text.size() + text.size() / 16 + 64);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += text.substr(0, end);
    out += "\r\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string compose(const MessageParts& parts) {
  const std::string body = canonical(parts.text);
  const auto encoding = choose_encoding(body);

  std::string out;
  const auto grown = encoding == TransferEncoding::seven_bit ? body.size() : body.size() * 3 / 2;
  out.reserve(grown + 640 + 3 * (parts.subject.size() + parts.from_name.size() + parts.to_name.size()));
  append_address_header(out, "From", parts.from_name, parts.from);
  append_address_header(out, "To", parts.to_name, parts.to);
  append_text_header(out, "Subject", parts.subject);
  append_date_header(out, parts.date);
  append_token_header(out, "Message-ID", parts.message_id);
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ";
  switch (encoding) {
    case TransferEncoding::seven_bit:
      out += "7bit\r\n\r\n";
      out += body;
      break;
    case TransferEncoding::quoted_printable:
      out += "quoted-printable\r\n\r\n";
      append_quoted_printable(out, body);
      break;
    case TransferEncoding::base64:
      out += "base64\r\n\r\n";
      append_base64_lines(out, body);
      break;
  }
  return out;
}

}  // namespace postrider
