#include "mail/message.h"

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/header.h"
#include "mail/html_text.h"
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

/// A body as it travels, and how.
struct Body {
  std::string text;  ///< canonical
  TransferEncoding encoding;
};

Body text_body(std::string_view text) {
  Body body{canonical(text), TransferEncoding::seven_bit};
  body.encoding = choose_encoding(body.text);
  return body;
}

/// As text_body, for within a multipart. All our boundaries begin with "=_", which neither
/// quoted-printable nor base64 ever writes; 7bit might, so what looks like one is encoded.
Body part_body(std::string_view text) {
  Body body = text_body(text);
  const bool like_boundary = body.text.starts_with("--=_") || body.text.find("\n--=_") != body.text.npos;
  if (body.encoding == TransferEncoding::seven_bit && like_boundary) {
    body.encoding = TransferEncoding::quoted_printable;
  }
  return body;
}

std::size_t travelling_size(const Body& body) {
  return body.encoding == TransferEncoding::seven_bit ? body.text.size() : body.text.size() * 3 / 2;
}

void append_part(std::string& out, std::string_view subtype, const Body& body) {
  out += "Content-Type: text/";
  out += subtype;
  out += "; charset=utf-8\r\nContent-Transfer-Encoding: ";
  switch (body.encoding) {
    case TransferEncoding::seven_bit:
      out += "7bit\r\n\r\n";
      out += body.text;
      break;
    case TransferEncoding::quoted_printable:
      out += "quoted-printable\r\n\r\n";
      append_quoted_printable(out, body.text);
      break;
    case TransferEncoding::base64:
      out += "base64\r\n\r\n";
      append_base64_lines(out, body.text);
      break;
  }
}

/// Of the multipart/alternative: from the Message-ID, so that every attempt has the same bytes.
std::string alternative_boundary(std::string_view message_id) {
  constexpr std::size_t longest = 40;  // of the 70 there may be (RFC 2046 §5.1.1)
  std::string boundary = "=_a";
  for (const char c : message_id.substr(0, message_id.find('@'))) {
    if (is_letter_or_digit(c) && boundary.size() < longest) boundary += c;
  }
  return boundary;
}

void start_multipart(std::string& out, std::string_view subtype, std::string_view boundary) {
  out += "Content-Type: multipart/";
  out += subtype;
  out += ";\r\n boundary=\"";
  out += boundary;
  out += "\"\r\n\r\n--";
  out += boundary;
  out += "\r\n";
}

/// With NUL, which becomes a blank.
bool is_blank(std::string_view text) {
  return text.find_first_not_of(std::string_view{" \t\r\n\0", 5}) == text.npos;
}

/// The text beside an HTML part is never empty (docs/message.md): where the user's is, for this
/// recipient, the HTML says it, and where that has no words, the subject.
std::string text_beside_html(const MessageParts& parts) {
  if (!is_blank(parts.text)) return parts.text;
  std::string text = rendered_html_to_text(parts.html);
  if (is_blank(text)) text = parts.subject;
  if (is_blank(text)) text = "This message has no text.";
  return text;
}

void append_headers(std::string& out, const MessageParts& parts) {
  append_address_header(out, "From", parts.from_name, parts.from);
  append_address_header(out, "To", parts.to_name, parts.to);
  if (parts.reply_to) append_address_header(out, "Reply-To", parts.reply_to_name, *parts.reply_to);
  append_text_header(out, "Subject", parts.subject);
  append_date_header(out, parts.date);
  append_token_header(out, "Message-ID", parts.message_id);
  if (!parts.list_unsubscribe.empty()) {
    // Each on one line, however long: a folded one broke signatures on relays.
    append_token_header(out, "List-Unsubscribe", parts.list_unsubscribe);
    if (parts.one_click) append_token_header(out, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  for (const HeaderField& field : parts.headers) append_field(out, field);
  out += "MIME-Version: 1.0\r\n";
}

std::size_t headers_size(const MessageParts& parts) {
  std::size_t values = parts.list_unsubscribe.size() / 2 + parts.subject.size() + parts.from_name.size() +
                       parts.to_name.size() + parts.reply_to_name.size();
  for (const HeaderField& field : parts.headers) values += 40 + field.value.size();
  return 640 + 3 * values;
}

}  // namespace

ComposedMessage compose(const MessageParts& parts) {
  ComposedMessage message{.attached = parts.attached,
                          .needs_smtputf8 = parts.from.needs_smtputf8() || parts.to.needs_smtputf8() ||
                                            (parts.reply_to && parts.reply_to->needs_smtputf8())};
  std::string& out = message.head;
  if (parts.html.empty()) {
    const Body body = parts.attached ? part_body(parts.text) : text_body(parts.text);
    out.reserve(headers_size(parts) + travelling_size(body));
    append_headers(out, parts);
    if (parts.attached) start_multipart(out, "mixed", parts.attached->boundary());
    append_part(out, "plain", body);
    return message;
  }
  const Body text = part_body(text_beside_html(parts));
  const Body html = part_body(parts.html);
  out.reserve(headers_size(parts) + 640 + travelling_size(text) + travelling_size(html));
  append_headers(out, parts);
  if (parts.attached) start_multipart(out, "mixed", parts.attached->boundary());
  // The line end before a delimiter belongs to the delimiter, so that a part keeps its own.
  const std::string boundary = alternative_boundary(parts.message_id);
  start_multipart(out, "alternative", boundary);
  append_part(out, "plain", text);
  out += "\r\n--" + boundary + "\r\n";
  append_part(out, "html", html);
  out += "\r\n--" + boundary + "--\r\n";
  return message;
}

}  // namespace postrider
