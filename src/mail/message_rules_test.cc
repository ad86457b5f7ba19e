// The rules of a message's form, F1 to F11 (docs/message.md), each by its number.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "mail/gmime_reader_test.h"
#include "mail/message.h"
#include "mail/message_id.h"
#include "mail/reading_test.h"

namespace postrider {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using namespace std::string_literals;

MessageParts parts() {
  return {.from_name = "Ada Lovelace",
          .from = {"ada", "example.com"},
          .to_name = "Zoe",
          .to = {"zoe", "example.org"},
          .subject = "Hello",
          .text = "Dear Zoe\n",
          .message_id = "<abc@example.com>",
          .date = WallTime{std::chrono::seconds{1'795'444'638}}};
}

std::string composed(const MessageParts& parts) {
  return compose(parts).whole();
}

std::shared_ptr<const AttachedParts> attached(std::string name, std::string bytes) {
  return AttachedParts::make(std::vector{make_attachment(name, std::move(bytes)).value()}).value();
}

std::string head_of(const std::string& message) {
  return message.substr(0, message.find("\r\n\r\n"));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  auto lines = split(text, '\n');
  for (auto& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  return lines;
}

TEST(MessageRules, F1EveryHeaderStandsExactlyOnce) {
  MessageParts full = parts();
  full.reply_to = Address{"office", "example.com"};
  full.html = "<p>x</p>";
  full.headers = {{"X-A", "1"}, {"List-Id", "<a.example.com>"}};
  full.attached = attached("a.pdf", "x");
  for (const auto& message : {parts(), full}) {
    const ReadMessage read = read_by_gmime(composed(message));
    std::map<std::string, int> times;
    for (const auto& header : read.headers) ++times[lower_ascii(header.first)];
    for (const char* name : {"from", "to", "subject", "date", "message-id", "mime-version", "content-type"}) {
      EXPECT_EQ(times[name], 1) << name;
    }
    for (const auto& [name, count] : times) EXPECT_EQ(count, 1) << name;
  }
  EXPECT_EQ(read_by_gmime(composed(parts())).header("Reply-To"), "absent");
}

TEST(MessageRules, F1AHeaderOfTheUsersOwnCannotBecomeAnother) {
  MessageParts message = parts();
  message.headers = {
      {"X-A", "b\r\nBcc: x@y.example"}, {"X-B", " \r\n "}, {"X-C\r\nBcc", "d"}, {"", "e"}, {"X D", "f"}};
  const ReadMessage read = read_by_gmime(composed(message));
  EXPECT_EQ(read.header("X-A"), "b  Bcc: x@y.example");
  EXPECT_EQ(read.header("X-B"), "absent") << "a field that is empty for this recipient is left out";
  EXPECT_EQ(read.header("Bcc"), "absent");
  EXPECT_EQ(read.header("X D"), "absent");
}

TEST(MessageRules, F2TheDateIsTheMomentOfSending) {
  EXPECT_THAT(composed(parts()), HasSubstr("\r\nDate: Mon, 23 Nov 2026 14:37:18 +0000\r\n"));
  MessageParts later = parts();
  later.date += std::chrono::hours{24 * 365};
  EXPECT_THAT(composed(later), HasSubstr("\r\nDate: Tue, 23 Nov 2027 14:37:18 +0000\r\n"));
}

TEST(MessageRules, F3TheMessageIdIsUniqueAndStaysWithItsEmail) {
  const std::vector<unsigned char> key(32, 3);
  std::set<std::string> all;
  for (int recipient = 0; recipient < 20'000; ++recipient)
    all.insert(MessageIdKey(key).message_id(1, recipient, 1, "example.com"));
  EXPECT_EQ(all.size(), 20'000u);
  for (const auto& id : all) {
    ASSERT_EQ(id.find(' '), id.npos);
    ASSERT_THAT(id, EndsWith("@example.com>"));
  }
  EXPECT_THAT(composed(parts()), HasSubstr("\r\nMessage-ID: <abc@example.com>\r\n"));
}

TEST(MessageRules, F3AllAttemptsOfAnEmailHaveTheSameBytes) {
  MessageParts message = parts();
  message.html = "<p>ü</p>";
  message.attached = attached("a.pdf", "x");
  EXPECT_EQ(composed(message), composed(message));
}

TEST(MessageRules, F4OnlyCrlfAndNoLongLineLeaves) {
  MessageParts message = parts();
  message.subject = std::string(5'000, 's');
  message.from_name = std::string(5'000, 'n');
  message.text = "a\rb\nc\r\nd\0e"s + std::string(5'000, 't');
  message.html = "<p>" + std::string(5'000, 'h') + "</p>\r\r\n\n\r";
  message.headers = {{"X-Long", std::string(3'000, 'x')}, {"X-Words", std::string(880, 'y') + " z"}};
  message.attached = attached("a.bin", std::string(5'000, '\r'));
  EXPECT_EQ(faults_of_form(composed(message)), "");
}

TEST(MessageRules, F4HeadersAreFoldedAt78WhereTheyCanBe) {
  MessageParts message = parts();
  message.subject =
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
  message.headers = {{"X-Words", message.subject + " " + message.subject},
                     {"X-Token", std::string(200, 'x')},
                     {"X-Both", "a " + std::string(200, 'x') + " b"}};
  message.reply_to = Address{std::string(60, 'r'), "example.com"};
  message.reply_to_name = "The office of the company";
  const std::string whole = composed(message);
  for (const auto line : lines_of(head_of(whole))) {
    const bool cannot =
        line.find(std::string(60, 'x')) != line.npos || line.find(std::string(60, 'r')) != line.npos;
    if (!cannot) EXPECT_LE(line.size(), 78u) << line;
  }
  const ReadMessage read = read_by_gmime(whole);
  EXPECT_EQ(read.header("X-Token"), std::string(200, 'x'))
      << "a word stays whole for programs that look for it";
  EXPECT_THAT(whole, HasSubstr("\r\nX-Token: " + std::string(200, 'x') + "\r\n"));
  EXPECT_THAT(whole, HasSubstr("\r\n " + std::string(200, 'x') + "\r\n b\r\n"));
}

TEST(MessageRules, F5TextBeyondAsciiIsInEncodedWordsOfWholeCharacters) {
  MessageParts message = parts();
  message.subject = "Einladung: Grüße aus Köln 📮 – " + std::string(30, 'x') +
                    " 日本語日本語日本語日本語日本語日本語日本語日本語";
  message.to_name = "Zoë \"die Große\" Müller, Dr.";
  message.headers = {{"X-Note", "ÄÖÜ äöü"}};
  const std::string whole = composed(message);
  for (const auto line : lines_of(head_of(whole))) {
    for (auto at = line.find("=?"); at != line.npos;) {
      const auto end = line.find("?=", at + 10);
      ASSERT_NE(end, line.npos);
      EXPECT_LE(end + 2 - at, 75u);
      at = line.find("=?", end + 2);
    }
    if (line.find("=?") != line.npos) {
      EXPECT_LE(line.size(), 76u) << line;
      EXPECT_EQ(line.find('"'), line.npos) << "never within quotes: " << line;
    }
  }
  const ReadMessage read = read_by_gmime(whole);
  EXPECT_EQ(read.subject, message.subject);
  EXPECT_EQ(read.to_name, message.to_name);
  EXPECT_EQ(read.header("X-Note"), "ÄÖÜ äöü");
}

TEST(MessageRules, F6NoValueReachesAnotherHeader) {
  for (const std::string& evil :
       {"x\r\nBcc: y@z.example"s, "x\nBcc: y@z.example"s, "x\rBcc: y@z.example"s, "x\0\r\n\r\nbody"s,
        "x\u2028Bcc: y"s, "x\r\n\tBcc: y"s, "\r\n.\r\nMAIL FROM:<a@b>"s}) {
    MessageParts message = parts();
    message.from_name = message.to_name = message.reply_to_name = message.subject = evil;
    message.reply_to = Address{"a", "b.example"};
    message.headers = {{"X-A", evil}, {"List-Id", evil}, {"Feedback-ID", evil}, {"Keywords", evil}};
    const ReadMessage read = read_by_gmime(composed(message));
    std::vector<std::string> names;
    for (const auto& header : read.headers) names.push_back(header.first);
    EXPECT_THAT(names, ElementsAre("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "X-A",
                                   "List-Id", "Feedback-ID", "Keywords", "MIME-Version", "Content-Type",
                                   "Content-Transfer-Encoding"));
    EXPECT_EQ(faults_of_form(composed(message)), "");
    EXPECT_EQ(read.to, "zoe@example.org");
  }
}

TEST(MessageRules, F7ADisplayNameReadsBackAsItWas) {
  for (const char* name :
       {"Brown, Zoe", "Zoe \"Z\" Brown", "a<b>@c", "back\\slash", "semi;colon", "(comment)", "a@b.example",
        "=?utf-8?q?x?=", "Zoe.", "group: a;", "'quoted'", "Zoë, \"die\" <Große>"}) {
    MessageParts message = parts();
    message.to_name = name;
    const ReadMessage read = read_by_gmime(composed(message));
    EXPECT_EQ(read.to_name, name);
    EXPECT_EQ(read.to, "zoe@example.org") << name;
  }
}

TEST(MessageRules, F8HtmlHasATextBeforeItThatIsNeverEmpty) {
  const struct {
    const char* what;
    std::string text, html, subject, shown;
  } rows[] = {
      {"the user's text", "Hello\n", "<p>Hi</p>", "S", "Hello\r\n"},
      {"one made from the HTML", "", "<p>Hi <a href=\"https://x.example\">there</a></p>", "S",
       "Hi there <https://x.example>\r\n"},
      {"blank for this recipient", " \n\t\0"s, "<p>Hi</p>", "S", "Hi\r\n"},
      {"values that look like tags", "", "<p>{{ a }} &#123;% b %} {% comment %}</p>", "S",
       "{{ a }} {% b %} {% comment %}\r\n"},
      {"HTML without words", "", "<img src=a>", "S", "S\r\n"},
      {"no words at all", "", "<img src=a>", "", "This message has no text.\r\n"},
  };
  for (const auto& row : rows) {
    MessageParts message = parts();
    message.text = row.text;
    message.html = row.html;
    message.subject = row.subject;
    const ReadMessage read = read_by_gmime(composed(message));
    EXPECT_THAT(read.multiparts, ElementsAre("multipart/alternative")) << row.what;
    ASSERT_EQ(read.parts.size(), 2u);
    EXPECT_EQ(read.parts[0].media_type, "text/plain");
    EXPECT_EQ(read.parts[0].bytes, row.shown) << row.what;
    EXPECT_EQ(read.parts[1].media_type, "text/html");
    EXPECT_EQ(read.parts[1].bytes, row.html + "\r\n");
  }
}

TEST(MessageRules, F8AttachmentsStandAfterTheMessageInAMultipartMixed) {
  for (const bool html : {false, true}) {
    MessageParts message = parts();
    if (html) message.html = "<p>x</p>";
    message.attached = attached("Größe.pdf", "\0\xFF\r\n"s);
    const ReadMessage read = read_by_gmime(composed(message));
    const std::size_t texts = html ? 2 : 1;
    EXPECT_EQ(read.multiparts.size(), texts);
    EXPECT_EQ(read.multiparts[0], "multipart/mixed");
    ASSERT_EQ(read.parts.size(), texts + 1);
    EXPECT_EQ(read.parts[0].bytes, "Dear Zoe\r\n");
    EXPECT_EQ(read.parts[texts].file_name, "Größe.pdf");
    EXPECT_EQ(read.parts[texts].media_type, "application/pdf");
    EXPECT_EQ(read.parts[texts].bytes, "\0\xFF\r\n"s);
  }
}

TEST(MessageRules, F8EachPartHasTheEncodingThatFits) {
  MessageParts message = parts();
  message.text = "plain\n";
  message.html = "<p>Grüße</p>";
  auto read = read_by_gmime(composed(message));
  EXPECT_EQ(read.parts[0].encoding, "7bit");
  EXPECT_EQ(read.parts[1].encoding, "quoted-printable");
  message.html = "<p>";
  for (int i = 0; i < 100; ++i) message.html += "日本語";
  read = read_by_gmime(composed(message));
  EXPECT_EQ(read.parts[1].encoding, "base64");
  const std::string whole = composed(message);
  const auto body = whole.substr(whole.find("base64"));
  for (const auto line : lines_of(body)) EXPECT_LE(line.size(), 76u);
}

TEST(MessageRules, F8ATextThatLooksLikeABoundaryDoesNotEndItsPart) {
  MessageParts message = parts();
  message.attached = attached("a.pdf", "x");
  const std::string mixed = "--" + message.attached->boundary();
  for (const std::string& evil :
       {mixed + "--\nafter\n", "a\n" + mixed + "\nContent-Type: text/html\n\n<b>x</b>\n", "--=_aabc\n"s,
        "a\n--=_aabc--\n"s}) {
    for (const bool html : {false, true}) {
      message.text = evil;
      message.html = html ? "<pre>\n" + evil + "</pre>" : "";
      const ReadMessage read = read_by_gmime(composed(message));
      ASSERT_EQ(read.parts.size(), html ? 3u : 2u) << evil;
      EXPECT_EQ(read.parts[0].bytes, AnyMessage::shown_text(evil));
    }
  }
}

TEST(MessageRules, F9AddressesKeepTheirLimits) {
  EXPECT_TRUE(parse_address(std::string(64, 'a') + "@example.com"));
  EXPECT_FALSE(parse_address(std::string(65, 'a') + "@example.com"));
  const std::string labels = std::string(60, 'b') + "." + std::string(60, 'c') + "." + std::string(60, 'd');
  EXPECT_TRUE(parse_address("a@" + labels + ".example.com"));
  EXPECT_FALSE(parse_address("a@" + labels + "." + std::string(60, 'e') + ".example.com"));
  MessageParts message = parts();
  message.to = parse_address(std::string(64, 'a') + "@" + labels + ".com").value();
  EXPECT_EQ(read_by_gmime(composed(message)).to, message.to.text());
  EXPECT_EQ(faults_of_form(composed(message)), "");
}

TEST(MessageRules, F10AnInternationalDomainTravelsAsALabels) {
  MessageParts message = parts();
  message.from = parse_address("ada@bücher.example").value();
  message.to = parse_address("zoe@例え.テスト").value();
  message.reply_to = parse_address("office@пример.рф").value();
  const ComposedMessage made = compose(message);
  EXPECT_FALSE(made.needs_smtputf8);
  EXPECT_TRUE(std::ranges::all_of(made.head, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
  EXPECT_THAT(made.head, HasSubstr("<ada@xn--bcher-kva.example>\r\n"));
  EXPECT_THAT(made.head, HasSubstr("<zoe@xn--r8jz45g.xn--zckzah>\r\n"));
  EXPECT_THAT(made.head, HasSubstr("Reply-To: office@xn--e1afmkfd.xn--p1ai\r\n"));
}

TEST(MessageRules, F10OnlyALocalPartBeyondAsciiNeedsSmtputf8) {
  for (const int which : {0, 1, 2}) {
    MessageParts message = parts();
    message.subject = "Grüße";
    const Address address = parse_address("zoë@bücher.example").value();
    if (which == 0) message.from = address;
    if (which == 1) message.to = address;
    if (which == 2) message.reply_to = address;
    const ComposedMessage made = compose(message);
    EXPECT_TRUE(made.needs_smtputf8);
    EXPECT_THAT(made.head, HasSubstr("zoë@xn--bcher-kva.example")) << "RFC 6532";
    EXPECT_THAT(made.head, HasSubstr("Subject: =?utf-8?")) << "other headers are as always";
  }
}

TEST(MessageRules, L7ListUnsubscribeAndItsPostStandOnOneLineEachHoweverLong) {
  auto leaving = parts();
  EXPECT_EQ(read_by_gmime(composed(leaving)).header("List-Unsubscribe"), "absent");
  for (const std::size_t length : {20u, 60u, 300u, 850u}) {
    leaving.list_unsubscribe = "<https://mail.example.com/u/" + std::string(length, 'A') + ">";
    leaving.one_click = true;
    const auto message = composed(leaving);
    EXPECT_THAT(message, HasSubstr("\r\nList-Unsubscribe: " + leaving.list_unsubscribe +
                                   "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    const auto read = read_by_gmime(message);
    EXPECT_EQ(read.header("List-Unsubscribe"), leaving.list_unsubscribe);
    EXPECT_EQ(read.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    for (const auto line : lines_of(message)) EXPECT_LE(line.size(), 998u);
  }
  leaving.one_click = false;
  EXPECT_EQ(read_by_gmime(composed(leaving)).header("List-Unsubscribe-Post"), "absent");
}

TEST(MessageRules, F11OutreachIsNotMarkedAsBulkButANewsletterMayBe) {
  MessageParts message = parts();
  for (const char* name : {"Auto-Submitted", "Precedence", "List-Id", "Feedback-ID", "X-Mailer"}) {
    EXPECT_THAT(composed(message), Not(HasSubstr(name)));
  }
  message.headers = {
      {"Precedence", "bulk"}, {"List-Id", "Zoë's, list <spring.example.com>"}, {"Feedback-ID", "a:ü:c:d"}};
  const std::string whole = composed(message);
  EXPECT_THAT(whole, HasSubstr("\r\nPrecedence: bulk\r\n"));
  EXPECT_THAT(whole, HasSubstr("\r\nFeedback-ID: a:?:c:d\r\n")) << "a value with a grammar stays ASCII";
  EXPECT_THAT(whole, HasSubstr(" <spring.example.com>\r\n")) << "a list's id is not encoded";
  EXPECT_EQ(read_by_gmime(whole).header("List-Id"), "Zoë's, list <spring.example.com>");
}

}  // namespace
}  // namespace postrider
