#include "mail/message.h"
#include "mail/message_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "base/text.h"

namespace postrider {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::string_literals;

MessageParts small() {
  return {.from_name = "Ada Lovelace",
          .from = {"ada", "example.com"},
          .to_name = "Zoë Brown",
          .to = {"zoe", "example.org"},
          .subject = "Hello",
          .text = "Dear Zoe,\n\nhow are you?\n",
          .message_id = "<abc@example.com>",
          .date = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{14} +
                           std::chrono::minutes{37} + std::chrono::seconds{18}}};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 2);
  }
  return lines;
}

/// A reader written for the test, apart from the writer: headers unfolded, in order.
struct Parsed {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string value(const std::string& name) const {
    for (const auto& [key, text] : headers) {
      if (key == name) return text;
    }
    return "absent";
  }
};

Parsed parse(const std::string& message) {
  Parsed parsed;
  const auto split_at = message.find("\r\n\r\n");
  for (const auto& line : lines_of(std::string_view{message}.substr(0, split_at))) {
    if (line[0] == ' ' && !parsed.headers.empty()) {
      parsed.headers.back().second += line;
    } else {
      const auto colon = line.find(": ");
      parsed.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  parsed.body = message.substr(split_at + 4);
  return parsed;
}

std::string unquoted(std::string_view text, char mark, bool header) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == mark && text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else if (text[i] == mark) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += header && text[i] == '_' ? ' ' : text[i];
    }
  }
  return out;
}

std::string unbase64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    if (alphabet.find(c) == alphabet.npos) continue;
    bits = (bits << 6) | static_cast<unsigned>(alphabet.find(c));
    if ((held += 6) >= 8) out += static_cast<char>(bits >> (held -= 8));
  }
  return out;
}

/// Encoded words decoded and joined; each must be short and hold whole characters.
std::string decoded(std::string text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const auto start = text.find("=?utf-8?");
    const std::string between = text.substr(0, start);
    if (!(after_word && start != text.npos && between == " ")) out += between;
    if (start == text.npos) break;
    const auto end = text.find("?=", start + 10);
    RC_ASSERT(end != text.npos);
    RC_ASSERT(end + 2 - start <= 75u);
    const std::string word = text.substr(start + 10, end - start - 10);
    const std::string plain = text[start + 8] == 'q' ? unquoted(word, '=', true) : unbase64(word);
    RC_ASSERT(is_valid_utf8(plain));
    out += plain;
    text.erase(0, end + 2);
    after_word = true;
  }
  return out;
}

std::string body_text(const Parsed& parsed) {
  const auto encoding = parsed.value("Content-Transfer-Encoding");
  if (encoding == "quoted-printable") return unquoted(parsed.body, '=', false);
  if (encoding == "base64") return unbase64(parsed.body);
  return parsed.body;
}

/// What every message must be, whatever its parts were.
void expect_sound(const std::string& message) {
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (message[i] == '\r') RC_ASSERT(i + 1 < message.size() && message[i + 1] == '\n');
    if (message[i] == '\n') RC_ASSERT(i > 0 && message[i - 1] == '\r');
    RC_ASSERT(message[i] != '\0');
  }
  RC_ASSERT(message.ends_with("\r\n"));
  for (const auto& line : lines_of(message)) RC_ASSERT(line.size() <= 998u);
  const Parsed parsed = parse(message);
  std::vector<std::string> names;
  for (const auto& header : parsed.headers) names.push_back(header.first);
  RC_ASSERT(names == (std::vector<std::string>{"From", "To", "Subject", "Date", "Message-ID", "MIME-Version",
                                               "Content-Type", "Content-Transfer-Encoding"}));
  const auto head = lines_of(std::string_view{message}.substr(0, message.find("\r\n\r\n")));
  for (const auto& line : head) RC_ASSERT(!trim(line).empty());
}

/// Lines with encoded words are short (RFC 2047 §2); the fold before an address may add to them.
void expect_short_encoded_lines(const std::string& message) {
  for (const auto& line : lines_of(std::string_view{message}.substr(0, message.find("\r\n\r\n")))) {
    RC_ASSERT(line.find("=?") == line.npos || line.size() <= 78u);
  }
}

TEST(Message, IsWrittenAsRfc5322Says) {
  EXPECT_EQ(compose(small()).whole(),
            "From: Ada Lovelace <ada@example.com>\r\n"
            "To: =?utf-8?q?Zo=C3=AB_Brown?= <zoe@example.org>\r\n"
            "Subject: Hello\r\n"
            "Date: Mon, 23 Nov 2026 14:37:18 +0000\r\n"
            "Message-ID: <abc@example.com>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "Dear Zoe,\r\n\r\nhow are you?\r\n");
}

TEST(Message, WritesNamesSoThatTheyReadBack) {
  const struct {
    const char* name;
    const char* header;
  } rows[] = {
      {"", "zoe@example.org"},
      {"Zoe", "Zoe <zoe@example.org>"},
      {"Zoe O'Neill-Brown", "Zoe O'Neill-Brown <zoe@example.org>"},
      {"Brown, Zoe", "\"Brown, Zoe\" <zoe@example.org>"},
      {"Zoe Q. Brown", "\"Zoe Q. Brown\" <zoe@example.org>"},
      {"a\"b\\c<d>@e", "\"a\\\"b\\\\c<d>@e\" <zoe@example.org>"},
      {"=?utf-8?q?evil?=", "=?utf-8?b?PT91dGYtOD9xP2V2aWw/PQ==?= <zoe@example.org>"},
      {"Zoe\r\nBcc: x@y.com", "\"Zoe  Bcc: x@y.com\" <zoe@example.org>"},
      {"名前", "=?utf-8?b?5ZCN5YmN?= <zoe@example.org>"},
      {"\xFF"
       "bad",
       "\"?bad\" <zoe@example.org>"},
      {" \t ", "zoe@example.org"},
  };
  for (const auto& row : rows) {
    MessageParts parts = small();
    parts.to_name = row.name;
    EXPECT_EQ(parse(compose(parts).whole()).value("To"), row.header);
  }
}

TEST(Message, FoldsALongSubjectAtItsBlanks) {
  MessageParts parts = small();
  parts.subject = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
  const std::string message = compose(parts).whole();
  EXPECT_EQ(parse(message).value("Subject"), parts.subject);
  for (const auto& line : lines_of(message)) EXPECT_LE(line.size(), 78u);

  parts.subject = std::string(2'000, 'x');
  EXPECT_EQ(decoded(parse(compose(parts).whole()).value("Subject")), parts.subject);
}

// SMTP-WIRE-06
TEST(Message, ChoosesTheEncodingThatFits) {
  const auto encoding_of = [](std::string text) {
    MessageParts parts = small();
    parts.text = std::move(text);
    return parse(compose(parts).whole()).value("Content-Transfer-Encoding");
  };
  EXPECT_EQ(encoding_of(""), "7bit");
  EXPECT_EQ(encoding_of("1 + 1 = 2\n\tyes"), "7bit");
  EXPECT_EQ(encoding_of(std::string(998, 'a')), "7bit");
  EXPECT_EQ(encoding_of(std::string(999, 'a')), "quoted-printable");
  EXPECT_EQ(encoding_of("Viele Grüße aus Köln"), "quoted-printable");
  EXPECT_EQ(encoding_of("\x1B[2J"), "quoted-printable");
  std::string japanese;
  for (int i = 0; i < 200; ++i) japanese += "日本語のメール";
  EXPECT_EQ(encoding_of(japanese), "base64");
}

// SMTP-WIRE-01
TEST(Message, MakesEveryLineEndCrlfAndBlanksNul) {
  MessageParts parts = small();
  parts.text = "a\nb\rc\r\nd\r\r\ne\n\nf\0g"s;
  EXPECT_EQ(parse(compose(parts).whole()).body, "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n\r\nf g\r\n");
  parts.text = "\r";
  EXPECT_EQ(parse(compose(parts).whole()).body, "\r\n");
  parts.text = "";
  EXPECT_EQ(parse(compose(parts).whole()).body, "");
}

TEST(Message, KeepsBlanksAtLineEndsInQuotedPrintable) {
  MessageParts parts = small();
  parts.text = "ü \n\t\n" + std::string(74, 'x') + "ü" + std::string(75, ' ') + "\n";
  const Parsed parsed = parse(compose(parts).whole());
  ASSERT_EQ(parsed.value("Content-Transfer-Encoding"), "quoted-printable");
  for (const auto& line : lines_of(parsed.body)) {
    EXPECT_LE(line.size(), 76u);
    EXPECT_FALSE(line.ends_with(' ') || line.ends_with('\t'));
  }
  EXPECT_EQ(body_text(parsed), "ü \r\n\t\r\n" + std::string(74, 'x') + "ü" + std::string(75, ' ') + "\r\n");
}

TEST(Message, HasNoHeaderThatMarksItAsBulk) {
  EXPECT_THAT(compose(small()).whole(), Not(HasSubstr("Auto-Submitted")));
  EXPECT_THAT(compose(small()).whole(), Not(HasSubstr("Precedence")));
}

/// Pieces that have broken mail programs, and ordinary text between them.
rc::Gen<std::string> hostile() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(
                          rc::gen::elementOf(std::vector<std::string>{"Zoe",
                                                                      " ",
                                                                      "  ",
                                                                      "\r\n",
                                                                      "\n",
                                                                      "\r",
                                                                      "\0"s,
                                                                      "\t",
                                                                      "\"",
                                                                      "\\",
                                                                      "<",
                                                                      ">",
                                                                      ",",
                                                                      ";",
                                                                      ":",
                                                                      "@",
                                                                      "=?utf-8?q?",
                                                                      "?=",
                                                                      "_",
                                                                      "=",
                                                                      ".",
                                                                      "\r\n.\r\n",
                                                                      "Bcc: x@y.com",
                                                                      "\r\n\r\n",
                                                                      "ü",
                                                                      "日本",
                                                                      "📮",
                                                                      "\xC0",
                                                                      "\xED\xA0\x80",
                                                                      "\xE2\x80",
                                                                      "\x7F",
                                                                      "\x1B",
                                                                      std::string(70, 'a'),
                                                                      std::string(1'100, 'b')})),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const auto& piece : pieces) text += piece;
                        return text;
                      });
}

// SMTP-WIRE-04
RC_GTEST_PROP(Message, OfHostilePartsIsSound, ()) {
  MessageParts parts = small();
  parts.from_name = *hostile();
  parts.to_name = *hostile();
  parts.subject = *hostile();
  parts.text = *hostile();
  expect_sound(compose(parts).whole());
  expect_short_encoded_lines(compose(parts).whole());
}

RC_GTEST_PROP(Message, OfPartsBuiltByHandIsStillSound, ()) {
  MessageParts parts = small();
  parts.from.local = *hostile();
  parts.to.domain = *hostile();
  parts.message_id = *hostile();
  expect_sound(compose(parts).whole());
}

RC_GTEST_PROP(Message, OfAnyBytesIsSound,
              (const std::string& name, const std::string& subject, const std::string& text)) {
  MessageParts parts = small();
  parts.to_name = name;
  parts.subject = subject;
  parts.text = text;
  expect_sound(compose(parts).whole());
}

rc::Gen<std::string> words() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
          "a", "Zoë", " ", "日本語", "📮", "?", "=", "_", "\"", "long-word-of-some-length", "ß", "."})),
      [](const std::vector<std::string>& pieces) {
        std::string text;
        for (const auto& piece : pieces) text += piece;
        return std::string(trim(text));
      });
}

RC_GTEST_PROP(Message, CarriesItsSubjectAndTextUnchanged, ()) {
  MessageParts parts = small();
  parts.subject = *words();
  parts.text = *words() + "\n" + *words();
  const Parsed parsed = parse(compose(parts).whole());
  RC_ASSERT(decoded(parsed.value("Subject")) == parts.subject);
  std::string expected = parts.text;
  expected.replace(expected.find('\n'), 1, "\r\n");
  if (!expected.ends_with("\r\n")) expected += "\r\n";
  RC_ASSERT(body_text(parsed) == expected);
}

// SMTP-WINDOW-11
TEST(MessageId, IsTheSameOnEveryAttemptAndDifferentForEveryEmail) {
  const std::vector<unsigned char> key(32, 7);
  const std::string id = MessageIdKey(key).message_id(1, 2, 0, "example.com");
  EXPECT_EQ(id, MessageIdKey(key).message_id(1, 2, 0, "example.com"));
  EXPECT_THAT(id, testing::MatchesRegex("<[a-z2-7]{26}@example\\.com>"));
  std::set<std::string> all{
      id, MessageIdKey(std::vector<unsigned char>(32, 8)).message_id(1, 2, 0, "example.com")};
  for (int campaign = 0; campaign < 20; ++campaign) {
    for (int recipient = 0; recipient < 20; ++recipient) {
      for (int generation = 0; generation < 5; ++generation) {
        all.insert(MessageIdKey(key).message_id(campaign + 100, recipient, generation, "example.com"));
      }
    }
  }
  EXPECT_EQ(all.size(), 2'002u);
}

// Stored before the dot and compared with bounces years later: it must never change.
TEST(MessageId, IsTheOneItAlwaysWas) {
  std::vector<unsigned char> key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<unsigned char>(i);
  EXPECT_EQ(MessageIdKey(key).message_id(1, 2, 3, "example.com"), "<vzya4aotg3fh2ajyktajbkefnk@example.com>");
}

}  // namespace
}  // namespace postrider
