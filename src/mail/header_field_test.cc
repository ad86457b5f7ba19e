#include "mail/header_field.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postrider {
namespace {

using testing::HasSubstr;

TEST(HeaderField, IsReadWithItsNameAndValue) {
  const struct {
    const char* text;
    const char* name;
    const char* value;
  } rows[] = {
      {"X-Project: spring", "X-Project", "spring"},
      {"x-project:spring ", "x-project", "spring"},
      {"X-A: b: c", "X-A", "b: c"},
      {"X-Greeting: Grüße, {{ Name }}", "X-Greeting", "Grüße, {{ Name }}"},
      {"List-Id: Zoë's list <spring.example.com>", "List-Id", "Zoë's list <spring.example.com>"},
      {"Feedback-ID: a:b:c:{{ Größe }}", "Feedback-ID", "a:b:c:{{ Größe }}"},
      {"Precedence: bulk", "Precedence", "bulk"},
      {"Auto-Submitted: auto-generated", "Auto-Submitted", "auto-generated"},
      {"Importance: high", "Importance", "high"},
      {"Organization: Bücher GmbH", "Organization", "Bücher GmbH"},
  };
  for (const auto& row : rows) {
    const auto read = parse_header_field(row.text);
    ASSERT_TRUE(read) << row.text << ": " << read.error().message;
    EXPECT_EQ(read->name, row.name);
    EXPECT_EQ(read->value, row.value);
  }
}

// F1, F6, F11: nothing that Postrider, the mailbox, the server or a signature writes.
TEST(HeaderField, RefusesTheNamesThatAreNotTheUsers) {
  for (const char* name : {"From",
                           "FROM",
                           "Sender",
                           "Reply-To",
                           "To",
                           "Cc",
                           "Bcc",
                           "bcc",
                           "Subject",
                           "Date",
                           "Message-ID",
                           "In-Reply-To",
                           "References",
                           "MIME-Version",
                           "Content-Type",
                           "Content-Transfer-Encoding",
                           "content-anything",
                           "Received",
                           "Received-SPF",
                           "Return-Path",
                           "Delivered-To",
                           "Resent-From",
                           "Resent-Bcc",
                           "DKIM-Signature",
                           "DomainKey-Signature",
                           "ARC-Seal",
                           "Authentication-Results",
                           "List-Unsubscribe",
                           "List-Unsubscribe-Post",
                           "Disposition-Notification-To",
                           "Return-Receipt-To",
                           "Errors-To",
                           "Apparently-To",
                           "X-Postrider-Anything",
                           "X-Envelope-To",
                           "X-Original-To",
                           "Foo"}) {
    const auto read = parse_header_field(std::string(name) + ": x");
    ASSERT_FALSE(read) << name;
    EXPECT_EQ(read.error().code, "bad_header");
    EXPECT_THAT(read.error().message, HasSubstr(name));
  }
}

TEST(HeaderField, RefusesWhatIsNoHeader) {
  using namespace std::string_literals;
  for (const std::string& text : {""s,
                                  "X-A"s,
                                  ": b"s,
                                  "X A: b"s,
                                  " X-A: b"s,
                                  "X-A : b"s,
                                  "X-A:"s,
                                  "X-A:  "s,
                                  "X_A: b"s,
                                  "X-Ä: b"s,
                                  "-X: b"s,
                                  "X-: b"s,
                                  "X-A\r\nBcc: b"s,
                                  "X-A: b\r\nBcc: c"s,
                                  "X-A: b\nc"s,
                                  "X-A: b\rc"s,
                                  "X-A: b\0c"s,
                                  "X-A: \x7F"s,
                                  "X-A: \xFF"s,
                                  "Feedback-ID: ü"s,
                                  "X-" + std::string(70, 'a') + ": b",
                                  "X-A: " + std::string(901, 'b')}) {
    const auto read = parse_header_field(text);
    EXPECT_FALSE(read) << testing::PrintToString(text);
  }
}

TEST(HeaderField, StandsOnceInAMessage) {
  EXPECT_TRUE(check_header_fields(std::vector<HeaderField>{{"X-A", "b"}, {"X-B", "b"}}));
  EXPECT_FALSE(check_header_fields(std::vector<HeaderField>{{"X-A", "b"}, {"x-a", "c"}}));
  std::vector<HeaderField> many;
  for (std::size_t i = 0; i < kMostHeaderFields; ++i) many.push_back({"X-" + std::to_string(i), "a"});
  EXPECT_TRUE(check_header_fields(many));
  many.push_back({"X-More", "a"});
  EXPECT_FALSE(check_header_fields(many));
}

}  // namespace
}  // namespace postrider
