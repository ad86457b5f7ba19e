#include "mail/plain_bounce.h"

#include <algorithm>

#include "base/text.h"

namespace postrider {
namespace {

std::string with_lf(std::string_view text) {
  std::string out(text);
  std::erase(out, '\r');
  return out;
}

std::size_t blank_line(std::string_view text, std::size_t from) {
  const auto at = text.find("\n\n", from);
  return at == text.npos ? text.size() : at + 2;
}

/// What follows a line that begins with "---" and says that a copy comes.
std::string copy_in(std::string_view text) {
  for (auto at = text.find("\n---"); at != text.npos; at = text.find("\n---", at + 1)) {
    const auto end = std::min(text.find('\n', at + 1), text.size());
    const auto line = lower_ascii(text.substr(at, end - at));
    if (!line.contains("copy of") && !line.contains("this line")) continue;
    auto copy = text.substr(end);
    while (copy.starts_with('\n')) copy.remove_prefix(1);
    return std::string(copy.substr(0, blank_line(copy, 0)));
  }
  return {};
}

/// "Hi. This is the qmail-send program at …", then paragraphs "<address>:\nwords" (QSBMF).
std::optional<PlainBounce> read_qmail(std::string_view text) {
  if (!text.starts_with("Hi. This is the") || !text.contains("wasn't able to deliver")) return std::nullopt;
  for (auto at = blank_line(text, 0); at < text.size();) {
    const auto end = blank_line(text, at);
    const auto paragraph = trim(text.substr(at, end - at));
    const auto colon = paragraph.find(">:");
    if (paragraph.starts_with('<') && colon != paragraph.npos) {
      return PlainBounce{.recipient = std::string(paragraph.substr(0, colon + 1)),
                         .words = std::string(trim(paragraph.substr(colon + 2))),
                         .returned = copy_in(text)};
    }
    if (paragraph.starts_with("---")) break;
    at = end;
  }
  return std::nullopt;
}

/// "A message that you sent could not be delivered to one or more of its recipients", then the address on a
/// line of its own and the words indented beneath it. The header X-Failed-Recipients names it, too.
std::optional<PlainBounce> read_exim(const ReportFields& head, std::string_view text) {
  const auto failed = head.value("x-failed-recipients");
  const bool delayed =
      text.contains("has not yet been delivered") || text.contains("delivery attempts will continue");
  const bool exim = text.starts_with("This message was created automatically by mail delivery software");
  if (!exim || (failed.empty() && !delayed)) return std::nullopt;
  auto recipient = failed.substr(0, failed.find(','));
  std::string words;
  for (auto line = text.find("\n  "); line != text.npos; line = text.find("\n  ", line + 1)) {
    const auto end = std::min(text.find('\n', line + 1), text.size());
    const auto said = trim(text.substr(line, end - line));
    if (recipient.empty() && said.contains('@')) recipient = said;
    if (said == recipient) continue;
    if (said.starts_with("---")) break;
    if (!words.empty()) words += ' ';
    words += said;
    if (words.size() > 2'000) break;
  }
  return PlainBounce{.delayed = delayed && failed.empty(),
                     .recipient = std::string(recipient),
                     .words = std::move(words),
                     .returned = copy_in(text)};
}

}  // namespace

std::optional<PlainBounce> read_plain_bounce(const ReportFields& head, std::string_view text) {
  const auto plain = with_lf(text);
  if (auto found = read_qmail(plain)) return found;
  return read_exim(head, plain);
}

}  // namespace postrider
