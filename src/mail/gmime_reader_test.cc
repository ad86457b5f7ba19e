#include "mail/gmime_reader_test.h"

#include <gmime/gmime.h>

#include <memory>
#include <mutex>

namespace postrider {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Held = std::unique_ptr<T, Unref>;

std::string text_of(const char* text) {
  return text == nullptr ? "" : text;
}

std::string taken(char* text) {
  std::string out = text_of(text);
  g_free(text);
  return out;
}

void read_address(GMimeMessage* message, GMimeAddressType type, std::string& name, std::string& address) {
  auto* list = g_mime_message_get_addresses(message, type);
  const int count = list == nullptr ? 0 : internet_address_list_length(list);
  if (count != 1) {
    address = count == 0 ? "" : "more than one";
    return;
  }
  auto* one = internet_address_list_get_address(list, 0);
  name = text_of(internet_address_get_name(one));
  if (INTERNET_ADDRESS_IS_MAILBOX(one))
    address = text_of(internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(one)));
}

void read_headers(GMimeObject* object, ReadMessage& read) {
  auto* list = g_mime_object_get_header_list(object);
  for (int i = 0; i < g_mime_header_list_get_count(list); ++i) {
    auto* header = g_mime_header_list_get_header_at(list, i);
    read.headers.emplace_back(text_of(g_mime_header_get_name(header)),
                              text_of(g_mime_header_get_value(header)));
  }
}

void read_part(GMimeObject* object, ReadMessage& read) {
  const std::string type = taken(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
  if (GMIME_IS_MULTIPART(object)) {
    read.multiparts.push_back(type);
    auto* multipart = GMIME_MULTIPART(object);
    for (int i = 0; i < g_mime_multipart_get_count(multipart); ++i)
      read_part(g_mime_multipart_get_part(multipart, i), read);
    return;
  }
  if (!GMIME_IS_PART(object)) return;
  ReadPart part{.media_type = type};
  const auto encoding = g_mime_part_get_content_encoding(GMIME_PART(object));
  part.encoding = text_of(g_mime_content_encoding_to_string(encoding));
  part.file_name = text_of(g_mime_part_get_filename(GMIME_PART(object)));
  if (auto* content = g_mime_part_get_content(GMIME_PART(object)); content != nullptr) {
    const Held<GMimeStream> memory(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(content, memory.get());
    const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
    part.bytes.assign(reinterpret_cast<const char*>(bytes->data), bytes->len);
  }
  read.parts.push_back(std::move(part));
}

}  // namespace

std::string ReadMessage::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "absent";
}

ReadMessage read_by_gmime(std::string_view raw) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  ReadMessage read;
  const Held<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(raw.data(), raw.size()));
  const Held<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Held<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) return read;
  read_headers(GMIME_OBJECT(message.get()), read);
  read_address(message.get(), GMIME_ADDRESS_TYPE_FROM, read.from_name, read.from);
  read_address(message.get(), GMIME_ADDRESS_TYPE_TO, read.to_name, read.to);
  read_address(message.get(), GMIME_ADDRESS_TYPE_REPLY_TO, read.reply_to_name, read.reply_to);
  read.subject = text_of(g_mime_message_get_subject(message.get()));
  read.message_id = text_of(g_mime_message_get_message_id(message.get()));
  if (auto* date = g_mime_message_get_date(message.get()); date != nullptr)
    read.date = g_date_time_to_unix(date);
  if (auto* body = g_mime_message_get_mime_part(message.get()); body != nullptr) {
    read_headers(body, read);
    read_part(body, read);
  }
  return read;
}

}  // namespace postrider
