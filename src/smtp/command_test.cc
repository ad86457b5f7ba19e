#include "smtp/command.h"

#include <gtest/gtest.h>

#include "smtp/auth.h"

namespace postrider {
namespace {

using std::string_literals::operator""s;

TEST(Command, NamesOnlyTheParametersThatAreAskedFor) {
  std::string out;
  EXPECT_TRUE(append_mail(out, "anna", "example.com", {}));
  EXPECT_TRUE(append_mail(out, "anna", "example.com", {.size = 12, .eight_bit = true, .smtputf8 = true}));
  EXPECT_TRUE(append_rcpt(out, "bj\xc3\xb6rn", "example.com"));
  EXPECT_EQ(out,
            "MAIL FROM:<anna@example.com>\r\n"
            "MAIL FROM:<anna@example.com> SIZE=12 BODY=8BITMIME SMTPUTF8\r\n"
            "RCPT TO:<bj\xc3\xb6rn@example.com>\r\n");
}

// SMTP-WIRE-03
TEST(Command, RefusesWhateverCouldBreakOutOfItsPlace) {
  for (const std::string& bad : {"a\rb"s, "a\nb"s, "a\0b"s, "a b"s, "a>b"s, "<a"s, "a\x7f"s, "\t"s, ""s}) {
    std::string out;
    EXPECT_FALSE(append_mail(out, bad, "example.com", {})) << testing::PrintToString(bad);
    EXPECT_FALSE(append_mail(out, "a", bad, {}));
    EXPECT_FALSE(append_rcpt(out, bad, "example.com"));
    EXPECT_FALSE(append_rcpt(out, "a", bad));
    EXPECT_EQ(out, "");
  }
  for (const std::string& bad : {"x\r\nMAIL FROM:<a@b>"s, "x y"s, "x\0"s, ""s}) {
    std::string out;
    EXPECT_FALSE(append_ehlo(out, bad));
    EXPECT_FALSE(append_helo(out, bad));
    EXPECT_FALSE(append_auth(out, bad, ""));
    EXPECT_FALSE(!bad.empty() && append_auth(out, "PLAIN", bad));
    EXPECT_EQ(out, "");
  }
}

TEST(Base64, IsStandardWithPadding) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("\0user\0pass"s), "AHVzZXIAcGFzcw==");
}

}  // namespace
}  // namespace postrider
