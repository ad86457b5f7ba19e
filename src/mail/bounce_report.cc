#include "mail/bounce_report.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/text.h"
#include "mail/plain_bounce.h"
#include "mail/report_fields.h"
#include "mail/stop_words.h"

namespace postrider {
namespace {

constexpr std::size_t kMostParts = 100;
constexpr int kDeepest = 10;
constexpr std::size_t kLongestText = 1'000;
constexpr std::size_t kMostPartBytes = std::size_t{1} << 20;  // of a part that is read

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Held = std::unique_ptr<T, Unref>;

std::string taken(char* text) {
  std::string out = text == nullptr ? "" : text;
  g_free(text);
  return out;
}

/// The parts of a report that say something.
struct Parts {
  std::string report_type;  ///< of the outermost multipart/report
  std::optional<std::string> status, feedback, returned, text;
  std::optional<std::string> words;  ///< the text, in UTF-8
  std::size_t seen = 0;
};

std::string content_of(GMimePart* part) {
  auto* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Held<GMimeStream> memory(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, memory.get());
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
  return {reinterpret_cast<const char*>(bytes->data), std::min<std::size_t>(bytes->len, kMostPartBytes)};
}

std::string head_of(GMimeMessage* message) {
  auto* object = GMIME_OBJECT(message);
  auto head = taken(g_mime_object_get_headers(object, nullptr));
  return head.substr(0, kMostPartBytes);
}

void keep(std::optional<std::string>& place, std::string text) {
  if (!place) place = std::move(text);
}

/// The first of each kind, in order. What came back is not looked into: a report within it is not ours.
void walk(GMimeObject* object, int depth, Parts& parts) {
  if (depth > kDeepest || ++parts.seen > kMostParts) return;
  auto* type = g_mime_object_get_content_type(object);
  const std::string name = lower_ascii(taken(g_mime_content_type_get_mime_type(type)));
  if (GMIME_IS_MULTIPART(object)) {
    const char* report = g_mime_content_type_get_parameter(type, "report-type");
    if (name == "multipart/report" && parts.report_type.empty() && report != nullptr) {
      parts.report_type = lower_ascii(report);
    }
    auto* multipart = GMIME_MULTIPART(object);
    for (int i = 0; i < g_mime_multipart_get_count(multipart) && parts.seen <= kMostParts; ++i) {
      walk(g_mime_multipart_get_part(multipart, i), depth + 1, parts);
    }
    return;
  }
  if (GMIME_IS_MESSAGE_PART(object)) {
    auto* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (message != nullptr) keep(parts.returned, head_of(message));
    return;
  }
  if (!GMIME_IS_PART(object)) return;
  const auto content = [&] { return content_of(GMIME_PART(object)); };
  if (name == "message/delivery-status" || name == "message/global-delivery-status") {
    keep(parts.status, content());
  } else if (name == "message/feedback-report") {
    keep(parts.feedback, content());
  } else if (name == "text/rfc822-headers" || name == "message/rfc822-headers" ||
             name == "message/global-headers" || name == "message/global" || name == "message/rfc822") {
    keep(parts.returned, content());
  } else if (name == "text/plain") {
    keep(parts.text, content());
    if (GMIME_IS_TEXT_PART(object) && g_mime_part_get_content(GMIME_PART(object)) != nullptr)
      keep(parts.words, taken(g_mime_text_part_get_text(GMIME_TEXT_PART(object))));
  }
}

/// One line of valid text.
std::string words(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    valid += length == 0 ? std::string_view{"?"} : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return one_line(trim(valid), kLongestText);
}

/// "Ana <ana@example.com>", "<ana@example.com>" and "ana@example.com" as the last.
std::string address_in(std::string_view text) {
  if (const auto open = text.rfind('<'); open != text.npos) {
    text = text.substr(open + 1);
    text = text.substr(0, text.find('>'));
  }
  return words(text);
}

/// "<…@…>" as it stands, without comments around it.
std::string message_id_in(std::string_view text) {
  const auto open = text.find('<'), close = text.find('>', open == text.npos ? 0 : open);
  if (open == text.npos || close == text.npos || close - open > 300) return {};
  return words(text.substr(open, close - open + 1));
}

void read_returned(std::string_view head, BounceReport& report) {
  const auto fields = read_head(head);
  if (auto id = message_id_in(fields.value("message-id")); !id.empty()) report.message_id = std::move(id);
  report.list_unsubscribe = words(fields.value("list-unsubscribe"));
  report.to = address_in(fields.value("to"));
}

ReportKind kind_of_action(std::string_view action) {
  const auto word = lower_ascii(action.substr(0, action.find_first_of(" \t(")));
  if (word == "failed") return ReportKind::failed;
  if (word == "delayed") return ReportKind::delayed;
  return ReportKind::other;
}

void read_status(std::string_view text, BounceReport& report) {
  report.kind = ReportKind::other;
  for (const auto& group : read_report_groups(text)) {
    if (report.message_id.empty()) report.message_id = message_id_in(group.value("x-original-message-id"));
    const auto action = group.value("action");
    if (action.empty()) continue;
    const auto kind = kind_of_action(action);
    // Of several recipients the worst counts: our emails have one, so the others are what it became.
    if (!report.recipient.empty() && kind >= report.kind) continue;
    report.kind = kind;
    report.recipient = address_in(group.typed_value("final-recipient"));
    report.original_recipient = address_in(group.typed_value("original-recipient"));
    const auto diagnostic = group.typed_value("diagnostic-code");
    report.diagnostic = words(diagnostic);
    report.code = smtp_code_in(diagnostic);
    report.status = enhanced_at_start(group.value("status"));
    // "5.0.0" says nothing that the server's own words do not say better.
    const auto said = enhanced_in(diagnostic);
    if (!said.empty() && (report.status.empty() || report.status.ends_with(".0.0"))) report.status = said;
  }
}

void read_feedback(std::string_view text, BounceReport& report) {
  for (const auto& group : read_report_groups(text)) {
    const auto type = lower_ascii(group.value("feedback-type"));
    if (type.empty()) continue;
    // "not-spam" takes one back; "auth-failure" and "dmarc" are about signatures.
    const bool complains = type == "abuse" || type == "fraud" || type == "virus" || type == "other" ||
                           type == "opt-out" || type == "opt-out-list";
    report.kind = complains ? ReportKind::complaint : ReportKind::other;
    report.recipient = address_in(group.value("original-rcpt-to"));
    report.diagnostic = words(type);
    return;
  }
}

/// RFC 3834, and what programs say that are older.
bool is_automatic(const ReportFields& head) {
  const auto says = [&](std::string_view name) { return !head.value(name).empty(); };
  const auto submitted = lower_ascii(head.value("auto-submitted"));
  const auto precedence = lower_ascii(head.value("precedence"));
  return (!submitted.empty() && !submitted.starts_with("no")) || says("x-autoreply") ||
         says("x-autorespond") || says("x-auto-response") || precedence == "auto_reply" ||
         precedence == "bulk" || precedence == "junk" || head.value("return-path") == "<>";
}

/// The last so many of the mails it answers, the nearest first.
std::vector<std::string> answered_by(const ReportFields& head) {
  constexpr std::size_t most = 20;
  std::vector<std::string> ids;
  const auto take = [&](std::string_view text) {
    for (auto close = text.rfind('>'); close != text.npos && ids.size() < most; close = text.rfind('>')) {
      const auto open = text.rfind('<', close);
      if (open == text.npos) return;
      auto id = message_id_in(text.substr(open, close - open + 1));
      if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
      text = text.substr(0, open);
    }
  };
  take(head.value("in-reply-to"));
  take(head.value("references"));
  return ids;
}

/// A mail that is no report may ask for no more of ours.
void read_request(GMimeMessage* message, const ReportFields& head, const Parts& parts, BounceReport& report) {
  const char* decoded = g_mime_message_get_subject(message);
  const std::string subject = decoded == nullptr ? "" : words(decoded);
  constexpr std::string_view kSubject = "unsubscribe ";  // as List-Unsubscribe asks for it
  const auto at = lower_ascii(subject).rfind(kSubject);
  if (at != std::string::npos && subject.size() - at > kSubject.size() + 20)
    report.token = subject.substr(at + kSubject.size());
  auto answers = answered_by(head);
  const bool stops = !answers.empty() && says_only_stop(subject, parts.words.value_or(""));
  if (report.token.empty() && !stops) return;
  report.kind = ReportKind::unsubscribe;
  report.recipient = address_in(head.value("from"));
  if (stops) report.answers = std::move(answers);
}

/// Words that begin a part; a mail that holds more of them is made to keep its reader busy.
bool is_too_nested(std::string_view mail) {
  constexpr std::size_t most = 200;
  std::size_t found = 0;
  for (const std::string_view word : {"multipart/", "Multipart/", "MULTIPART/", "message/", "Message/"}) {
    for (auto at = mail.find(word); at != mail.npos && found <= most; at = mail.find(word, at + 1)) ++found;
  }
  return found > most;
}

}  // namespace

std::string_view to_string(ReportKind kind) {
  switch (kind) {
    case ReportKind::failed:
      return "failed";
    case ReportKind::delayed:
      return "delayed";
    case ReportKind::other:
      return "other";
    case ReportKind::complaint:
      return "complaint";
    case ReportKind::unsubscribe:
      return "unsubscribe";
    case ReportKind::auto_reply:
      return "auto_reply";
    case ReportKind::none:
      return "none";
  }
  return "none";
}

BounceReport read_bounce_report(std::string_view mail) {
  BounceReport report;
  if (mail.size() > kLargestReport || is_too_nested(mail)) return report;
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  const Held<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
  const Held<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Held<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) return report;
  Parts parts;
  if (auto* body = g_mime_message_get_mime_part(message.get()); body != nullptr) walk(body, 0, parts);
  const auto head = read_head(mail);

  if (parts.feedback && parts.report_type == "feedback-report") {
    read_feedback(*parts.feedback, report);
  } else if (parts.status && parts.report_type == "delivery-status") {
    read_status(*parts.status, report);
  } else if (const auto plain = read_plain_bounce(head, parts.text.value_or(""))) {
    report.kind = plain->delayed ? ReportKind::delayed : ReportKind::failed;
    report.recipient = address_in(plain->recipient);
    report.diagnostic = words(plain->words);
    report.status = enhanced_in(plain->words);
    report.code = smtp_code_in(plain->words);
    if (!parts.returned) parts.returned = plain->returned;
  }
  if (report.kind == ReportKind::none) {
    if (is_automatic(head)) {
      report.kind = ReportKind::auto_reply;
    } else {
      read_request(message.get(), head, parts, report);
    }
    return report;
  }
  if (parts.returned) read_returned(*parts.returned, report);
  // Some return nothing, but name it where replies do.
  if (report.message_id.empty()) report.message_id = message_id_in(head.value("in-reply-to"));
  return report;
}

}  // namespace postrider
