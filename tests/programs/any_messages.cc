// any_messages FIRST COUNT: makes COUNT messages (src/mail/any_message_test.h), compares what GMime
// reads in each with what was put in, and writes each to the standard output together with what a
// reader must find: a record is the number of its fields, then each field as "name length\n" and its
// octets. Ends with 1 at the first difference. See tests/mime_peer_story.py.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "mail/reading_test.h"

namespace {

using namespace postrider;

class Record {
 public:
  void add(std::string_view name, std::string_view value) {
    fields_ += fmt::format("{} {}\n", name, value.size());
    fields_ += value;
    ++count_;
  }
  void write() const {
    const std::string start = fmt::format("{}\n", count_);
    std::fwrite(start.data(), 1, start.size(), stdout);
    std::fwrite(fields_.data(), 1, fields_.size(), stdout);
  }

 private:
  std::string fields_;
  int count_ = 0;
};

void add_address(Record& record, std::string_view header, std::string_view name, const Address& address) {
  record.add(fmt::format("name:{}", header), AnyMessage::shown(name));
  record.add(fmt::format("address:{}", header), address.text());
}

Record record_of(const AnyMessage& any, const ComposedMessage& message) {
  const auto& parts = any.parts;
  Record record;
  record.add("message", message.whole());
  record.add("utf8", message.needs_smtputf8 ? "yes" : "no");
  add_address(record, "From", parts.from_name, parts.from);
  add_address(record, "To", parts.to_name, parts.to);
  if (parts.reply_to) add_address(record, "Reply-To", parts.reply_to_name, *parts.reply_to);
  record.add("header:Subject", AnyMessage::shown(parts.subject));
  const auto date = std::chrono::duration_cast<std::chrono::seconds>(parts.date.time_since_epoch());
  record.add("date", fmt::format("{}", date.count()));
  record.add("header:Message-ID", parts.message_id);
  for (const auto& field : parts.headers) {
    if (const auto shown = AnyMessage::shown(field.value); !shown.empty()) {
      record.add("header:" + field.name, shown);
    }
  }
  record.add("text", AnyMessage::shown_text(parts.text));
  if (!parts.html.empty()) record.add("html", AnyMessage::shown_text(parts.html));
  for (const auto& attachment : any.attachments) {
    record.add("file-name", attachment.name);
    record.add("file-type", attachment.media_type);
    record.add("file", attachment.bytes);
  }
  return record;
}

}  // namespace

int main(int count, char** words) {
  const auto first = count > 1 ? std::strtoull(words[1], nullptr, 10) : 1;
  const auto how_many = count > 2 ? std::strtoull(words[2], nullptr, 10) : 100;
  for (auto number = first; number < first + how_many; ++number) {
    const AnyMessage any = any_message(number);
    const ComposedMessage message = compose(any.parts);
    const std::string whole = message.whole();
    const std::string faults = differences(any, read_by_gmime(whole)) + faults_of_form(whole);
    if (!faults.empty()) {
      std::fputs(fmt::format("message {}:\n{}", number, faults).c_str(), stderr);
      return 1;
    }
    record_of(any, message).write();
  }
  return 0;
}
