#include "app/message_view.h"

#include <gmime/gmime.h>

#include <memory>
#include <mutex>

namespace postrider {
namespace {

void start_gmime() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Held = std::unique_ptr<T, Unref>;

std::string take(char* text) {
  std::string out = text == nullptr ? "" : text;
  g_free(text);
  return out;
}

void visit_part(GMimeObject*, GMimeObject* part, gpointer view) {
  auto& found = *static_cast<ShownMessage*>(view);
  if (!GMIME_IS_TEXT_PART(part)) return;
  auto* type = g_mime_object_get_content_type(part);
  auto text = take(g_mime_text_part_get_text(GMIME_TEXT_PART(part)));
  if (g_mime_content_type_is_type(type, "text", "html")) {
    if (!found.html) found.html = std::move(text);
  } else if (!found.text) {
    found.text = std::move(text);
  }
}

}  // namespace

std::string decode_header(const std::string& value) {
  start_gmime();
  return take(g_mime_utils_header_decode_text(nullptr, value.c_str()));
}

Result<ShownMessage> view_message(std::string_view raw) {
  start_gmime();
  const Held<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(raw.data(), raw.size()));
  const Held<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Held<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) return invalid("not_a_message", "This is no email message.");
  ShownMessage view;
  for (const char* name : {"From", "To", "Subject", "Date", "Message-ID"}) {
    const char* value = g_mime_object_get_header(GMIME_OBJECT(message.get()), name);
    if (value != nullptr) view.headers += std::string(name) + ": " + decode_header(value) + "\n";
  }
  auto* body = g_mime_message_get_mime_part(message.get());
  if (body != nullptr) {
    visit_part(nullptr, body, &view);
    if (GMIME_IS_MULTIPART(body)) g_mime_multipart_foreach(GMIME_MULTIPART(body), visit_part, &view);
  }
  return view;
}

}  // namespace postrider
