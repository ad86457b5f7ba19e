#include "mail/reading_test.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postrider {
namespace {

class Comparison {
 public:
  void equal(std::string_view what, std::string_view expected, std::string_view found) {
    if (expected != found) out_ += fmt::format("{}: expected \"{}\", found \"{}\"\n", what, expected, found);
  }
  void that(bool holds, std::string_view what) {
    if (!holds) out_ += fmt::format("{}\n", what);
  }
  std::string out() const { return out_; }

 private:
  std::string out_;
};

std::vector<std::string> expected_names(const AnyMessage& any) {
  std::vector<std::string> names{"From", "To"};
  if (any.parts.reply_to) names.emplace_back("Reply-To");
  for (const char* name : {"Subject", "Date", "Message-ID"}) names.emplace_back(name);
  for (const auto& field : any.parts.headers) {
    if (!AnyMessage::shown(field.value).empty()) names.push_back(field.name);
  }
  names.emplace_back("MIME-Version");
  names.emplace_back("Content-Type");
  if (any.parts.html.empty() && any.attachments.empty()) names.emplace_back("Content-Transfer-Encoding");
  return names;
}

}  // namespace

std::string differences(const AnyMessage& any, const ReadMessage& read) {
  const auto& parts = any.parts;
  Comparison compare;
  std::vector<std::string> names;
  for (const auto& header : read.headers) names.push_back(header.first);
  compare.equal("header names", fmt::format("{}", fmt::join(expected_names(any), " ")),
                fmt::format("{}", fmt::join(names, " ")));
  compare.equal("From name", AnyMessage::shown(parts.from_name), read.from_name);
  compare.equal("From", parts.from.text(), read.from);
  compare.equal("To name", AnyMessage::shown(parts.to_name), read.to_name);
  compare.equal("To", parts.to.text(), read.to);
  if (parts.reply_to) {
    compare.equal("Reply-To name", AnyMessage::shown(parts.reply_to_name), read.reply_to_name);
    compare.equal("Reply-To", parts.reply_to->text(), read.reply_to);
  }
  compare.equal("Subject", AnyMessage::shown(parts.subject), read.subject);
  compare.equal("Message-ID", parts.message_id, "<" + read.message_id + ">");
  compare.that(
      read.date == std::chrono::duration_cast<std::chrono::seconds>(parts.date.time_since_epoch()).count(),
      "Date");
  for (const auto& field : parts.headers) {
    if (const auto shown = AnyMessage::shown(field.value); !shown.empty()) {
      compare.equal(field.name, shown, read.header(field.name));
    }
  }

  std::string multiparts;
  if (!any.attachments.empty()) multiparts += "multipart/mixed ";
  if (!parts.html.empty()) multiparts += "multipart/alternative ";
  compare.equal("structure", multiparts,
                fmt::format("{}{}", fmt::join(read.multiparts, " "), multiparts.empty() ? "" : " "));
  const std::size_t texts = parts.html.empty() ? 1 : 2;
  if (read.parts.size() != texts + any.attachments.size()) {
    compare.that(false, fmt::format("{} parts were read", read.parts.size()));
    return compare.out();
  }
  compare.equal("type of the text", "text/plain", read.parts[0].media_type);
  if (parts.html.empty() || !trim(AnyMessage::shown_text(parts.text)).empty()) {
    compare.equal("text", AnyMessage::shown_text(parts.text), read.parts[0].bytes);
  } else {
    compare.that(!trim(read.parts[0].bytes).empty(), "the text beside the HTML is empty");
  }
  if (!parts.html.empty()) {
    compare.equal("type of the HTML", "text/html", read.parts[1].media_type);
    compare.equal("HTML", AnyMessage::shown_text(parts.html), read.parts[1].bytes);
  }
  for (std::size_t i = 0; i < any.attachments.size(); ++i) {
    const auto& part = read.parts[texts + i];
    compare.equal("file name", any.attachments[i].name, part.file_name);
    compare.equal("media type", any.attachments[i].media_type, part.media_type);
    compare.equal("encoding", "base64", part.encoding);
    compare.equal("file", any.attachments[i].bytes, part.bytes);
  }
  return compare.out();
}

std::string faults_of_form(std::string_view message) {
  Comparison compare;
  compare.that(message.ends_with("\r\n"), "no line end at the end");
  compare.that(message.find('\0') == message.npos, "NUL");
  const auto head_end = message.find("\r\n\r\n");
  for (std::size_t at = 0; at < message.size();) {
    const auto end = message.find("\r\n", at);
    const auto line = message.substr(at, end == message.npos ? end : end - at);
    compare.that(line.find_first_of("\r\n") == line.npos, "a bare CR or LF");
    compare.that(line.size() <= 998, "a line over 998 octets");
    if (at < head_end) {
      compare.that(!trim(line).empty(), "a header line that is blank");
      compare.that(line.find("=?") == line.npos || line.size() <= 78, "a long line with an encoded word");
    }
    at = end == message.npos ? message.size() : end + 2;
  }
  return compare.out();
}

}  // namespace postrider
