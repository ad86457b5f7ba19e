// The writer of messages, held against GMime: whatever the parts hold, the bytes are a message with
// the headers it should have and no other, for one recipient, and a reader gets every value back.

#include <gmime/gmime.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "fuzz/pieces.h"
#include "fuzz/targets.h"
#include "mail/message.h"

namespace postrider::fuzz {
namespace {

template <class T>
struct Unref {
  void operator()(T* object) const { g_object_unref(object); }
};
template <class T>
using Held = std::unique_ptr<T, Unref<T>>;

std::string copied(const char* text) {
  return text == nullptr ? std::string{} : std::string(text);
}

/// UTF-8, each octet that is none a question mark.
std::string valid(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    out += length == 0 ? std::string_view{"?"} : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

/// What a header makes of a value.
std::string as_header(std::string_view text) {
  std::string out = valid(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return std::string(trim(out));
}

/// What a body makes of a text: every line ends in CRLF, NUL is a blank.
std::string as_body(std::string_view text) {
  std::string out;
  const std::string whole = valid(text);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const char c = whole[i];
    if (c == '\r' && i + 1 < whole.size() && whole[i + 1] == '\n') continue;
    out += c == '\r' || c == '\n' ? std::string{"\r\n"} : std::string(1, c == '\0' ? ' ' : c);
  }
  if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
  return out;
}

void check_lines(std::string_view wire) {
  require(wire.find('\0') == wire.npos, "no NUL on the wire");
  require(wire.ends_with("\r\n"), "a message ends with a line end");
  for (auto rest = wire; !rest.empty();) {
    const auto end = rest.find_first_of("\r\n");
    require(end <= 998, "no line over 998 octets");
    require(rest.substr(end, 2) == "\r\n", "no bare CR or LF");
    rest.remove_prefix(end + 2);
  }
}

/// The names of the fields at the start of `wire`, in order, as any reader must see them.
std::vector<std::string> header_names(std::string_view wire) {
  std::vector<std::string> names;
  while (!wire.starts_with("\r\n")) {
    const auto end = wire.find("\r\n");
    require(end != wire.npos, "headers end with an empty line");
    const auto line = wire.substr(0, end);
    wire.remove_prefix(end + 2);
    if (line.starts_with(' ') || line.starts_with('\t')) {
      require(!names.empty() && !trim(line).empty(), "a folded line holds text");
      continue;
    }
    names.emplace_back(line.substr(0, line.find(':')));
  }
  return names;
}

std::string content_of(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  require(content != nullptr, "a part has content");
  const Held<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

void check_mailbox(InternetAddressList* list, std::string_view display, const Address& address) {
  require(list != nullptr && internet_address_list_length(list) == 1, "exactly one recipient");
  InternetAddress* one = internet_address_list_get_address(list, 0);
  require(INTERNET_ADDRESS_IS_MAILBOX(one), "a recipient is a mailbox");
  require_same(copied(internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(one))), address.text(),
               "the recipient is the one that was given");
  require_same(copied(internet_address_get_name(one)), as_header(display), "the display name comes back");
}

GMimePart* part_at(GMimeObject* object) {
  require(object != nullptr && GMIME_IS_PART(object), "a part is where it should be");
  return GMIME_PART(object);
}

void check_text(GMimeObject* object, const char* subtype, std::string_view text) {
  GMimePart* part = part_at(object);
  GMimeContentType* type = g_mime_object_get_content_type(object);
  require(g_mime_content_type_is_type(type, "text", subtype) != FALSE, "a text part has its type");
  require_same(content_of(part), as_body(text), "a text comes back as it was written");
}

GMimeObject* child(GMimeObject* object, const char* subtype, int index, int count) {
  require(object != nullptr && GMIME_IS_MULTIPART(object), "a multipart is where it should be");
  require(g_mime_content_type_is_type(g_mime_object_get_content_type(object), "multipart", subtype) != FALSE,
          "a multipart has its type");
  require(g_mime_multipart_get_count(GMIME_MULTIPART(object)) == count, "a multipart has all its parts");
  return g_mime_multipart_get_part(GMIME_MULTIPART(object), index);
}

void check_with_gmime(const std::string& wire, const MessageParts& parts, const Attachment* attachment) {
  static const bool started = (g_mime_init(), true);
  (void)started;
  const Held<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(wire.data(), wire.size()));
  const Held<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Held<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  require(message != nullptr, "a reader can read it");
  check_mailbox(g_mime_message_get_to(message.get()), parts.to_name, parts.to);
  check_mailbox(g_mime_message_get_from(message.get()), parts.from_name, parts.from);
  require_same(copied(g_mime_message_get_subject(message.get())), as_header(parts.subject),
               "the subject comes back");
  for (const auto& field : parts.headers) {
    if (as_header(field.value).empty() || is_structured_field(field.name)) continue;
    GMimeHeader* header = g_mime_header_list_get_header(
        g_mime_object_get_header_list(GMIME_OBJECT(message.get())), field.name.c_str());
    require(header != nullptr, "a header of the user's own is there");
    require_same(as_header(copied(g_mime_header_get_value(header))), as_header(field.value),
                 "a header of the user's own comes back");
  }

  GMimeObject* body = g_mime_message_get_mime_part(message.get());
  if (attachment != nullptr) {
    GMimePart* file = part_at(child(body, "mixed", 1, 2));
    require(content_of(file) == attachment->bytes, "an attachment's bytes come back");
    require_same(copied(g_mime_part_get_filename(file)), attachment->name, "an attachment's name comes back");
    body = child(body, "mixed", 0, 2);
  }
  if (parts.html.empty()) return check_text(body, "plain", parts.text);
  check_text(child(body, "alternative", 1, 2), "html", parts.html);
  GMimeObject* text = child(body, "alternative", 0, 2);
  if (!trim(as_body(parts.text)).empty()) return check_text(text, "plain", parts.text);
  require(!trim(content_of(part_at(text))).empty(), "the text beside HTML is never empty");
}

}  // namespace

void try_message(std::string_view bytes) {
  Pieces pieces(bytes);
  MessageParts parts{.from_name = std::string(pieces.next()),
                     .from = {"ana", "sender.example"},
                     .message_id = "<abcdefghijklmnopqrstuvwxyz@sender.example>",
                     .date = WallTime{std::chrono::seconds{1'795'000'000}}};
  parts.to = parse_address(pieces.next()).value_or(Address{"zoe", "example.com"});
  parts.to_name = pieces.next();
  parts.subject = pieces.next();
  parts.text = pieces.next();
  parts.html = pieces.next();
  if (auto field = parse_header_field(pieces.next())) parts.headers.push_back(std::move(*field));
  // The rendered value may hold anything: a template stood where the syntax was checked.
  if (!parts.headers.empty()) parts.headers[0].value += pieces.next();
  std::vector<Attachment> attachments;
  if (pieces.has_more()) {
    const auto name = pieces.next();
    if (auto made = make_attachment(name, std::string(pieces.next())))
      attachments.push_back(std::move(*made));
  }
  auto attached = AttachedParts::make(attachments);
  require(attached.has_value(), "what make_attachment takes can be attached");
  parts.attached = *attached;

  const ComposedMessage message = compose(parts);
  const std::string wire = message.whole();
  require(wire.size() == message.size(), "a message is as long as it says");
  require(message.head.ends_with("\r\n"), "the head ends at a line end");
  check_lines(wire);
  std::vector<std::string> wanted{"From", "To", "Subject", "Date", "Message-ID"};
  for (const auto& field : parts.headers) {
    if (!as_header(field.value).empty()) wanted.push_back(field.name);
  }
  wanted.insert(wanted.end(), {"MIME-Version", "Content-Type"});
  if (parts.html.empty() && attachments.empty()) wanted.emplace_back("Content-Transfer-Encoding");
  require(header_names(wire) == wanted, "exactly the headers there should be");
  check_with_gmime(wire, parts, attachments.empty() ? nullptr : attachments.data());
}

}  // namespace postrider::fuzz
