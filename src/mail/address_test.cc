#include "mail/address.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace postrider {
namespace {

using namespace std::string_view_literals;

std::string times(std::size_t n, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

/// n octets of domain: labels of up to 63 and ".com" at the end.
std::string domain_of(std::size_t n) {
  std::string out = ".com";
  while (out.size() + 64 <= n) out = "." + times(63, "d") + out;
  return times(n - out.size(), "d") + out;
}

TEST(Address, IsReadAndItsDomainLowered) {
  const struct {
    std::string_view text, local, domain;
  } rows[] = {
      {"zoe@example.com", "zoe", "example.com"},
      {"  Zoe@Example.COM\r\n", "Zoe", "example.com"},
      {"\xC2\xA0zoe@example.com\xE2\x80\x8B ", "zoe", "example.com"},
      {"a.b+c=d_e-f@sub.example.co.uk", "a.b+c=d_e-f", "sub.example.co.uk"},
      {"o'neill!#$%&*/?^`{|}~@example.org", "o'neill!#$%&*/?^`{|}~", "example.org"},
      {"1@2.example", "1", "2.example"},
      {"x@bücher.example", "x", "xn--bcher-kva.example"},
      {"x@BÜCHER.example", "x", "xn--bcher-kva.example"},
      {"x@xn--bcher-kva.example", "x", "xn--bcher-kva.example"},
      {"x@faß.de", "x", "xn--fa-hia.de"},
      {"x@例え.テスト", "x", "xn--r8jz45g.xn--zckzah"},
      {"x@пример.рф", "x", "xn--e1afmkfd.xn--p1ai"},
      {"x@example。com", "x", "example.com"},
      {"zoë@example.com", "zoë", "example.com"},
      {"用户@例え.テスト", "用户", "xn--r8jz45g.xn--zckzah"},
      {"x@r3---sn-abc.example.com", "x", "r3---sn-abc.example.com"},
  };
  for (const auto& row : rows) {
    const auto read = parse_address(row.text);
    ASSERT_TRUE(read) << row.text << ": " << read.error().message;
    EXPECT_EQ(read->local, row.local);
    EXPECT_EQ(read->domain, row.domain);
  }
}

// SMTP-WIRE-05
TEST(Address, RefusesEverythingParsersDisagreeAbout) {
  const std::string_view rows[] = {
      "",
      " ",
      "zoe",
      "@",
      "@example.com",
      "zoe@",
      "zoe@example",
      "zoe@@example.com",
      "a@b@example.com",
      "zoe example@example.com",
      "zoe @example.com",
      "zoe@ example.com",
      "zoe@exam ple.com",
      "\"zoe\"@example.com",
      "\"x@evil.com x\"@example.com",
      "zoe(comment)@example.com",
      "(c)zoe@example.com",
      "Zoe <zoe@example.com>",
      "<zoe@example.com>",
      "@relay.com:zoe@example.com",
      "zoe@[192.0.2.1]",
      "zoe@[IPv6:2001:db8::1]",
      "zoe@192.0.2.1",
      "zoe@example.123",
      "a@b.com,c@d.com",
      "a@b.com; c@d.com",
      "mailto:zoe@example.com",
      ".zoe@example.com",
      "zoe.@example.com",
      "z..oe@example.com",
      "zoe@.example.com",
      "zoe@example.com.",
      "zoe@example..com",
      "zoe@-example.com",
      "zoe@example-.com",
      "zoe@exam_ple.com",
      "zoe@exa!mple.com",
      "zoe\\@example.com",
      "=?utf-8?q?zoe?=@example.com",
      "zoe@=?utf-8?q?example?=.com",
      "zoe@example.com\r\nRCPT TO:<x@y.com>",
      "zoe\n@example.com",
      "zoe\r@example.com",
      "zoe\0@example.com"sv,
      "zoe@example.com\0.evil.com"sv,
      "zoe\t@example.com",
      "zoe\x7F@example.com",
      "zoe\xFF@example.com",
      "zoe@exam\xC0\xAFple.com",
      "zo\xE2\x80\x8B"
      "e@example.com",
      "zoe\xE2\x80\xAE@example.com",
      "zoe@\xE2\x80\x8B"
      "example.com",
      "zoe@ex\xC2\xAD"
      "ample.com",
      "zoe\xEF\xBC\xA0x@example.com",
      "zoe@a\xEF\xBC\xA0"
      "b.com",
      "zoe\xC2\x85@example.com",
      "zoe\xE2\x80\xA8@example.com",
      "zoe@xn--.com",
      "zoe@xn--a.com",
      "zoe@xn--999999999.com",
      "zoe@a\xCC\xB8.xn--bcher-kva-.com",
      "zoe@exam%ple.com",
      "zoe@example.com\xE2\x80\xAE",
      "zoe@\xEF\xBD\xA1"
      "com",
  };
  for (const auto row : rows) {
    const auto read = parse_address(row);
    EXPECT_FALSE(read) << testing::PrintToString(row) << " became " << (read ? read->text() : "");
    if (!read) {
      EXPECT_EQ(read.error().code, "bad_address");
      EXPECT_TRUE(is_valid_utf8(read.error().message));
    }
  }
}

// What has sent mail to strangers or smuggled commands in other programs, by the advisory.
TEST(Address, RefusesTheAttacksThatWorkedElsewhere) {
  const struct {
    const char* where;
    std::string_view text;
  } rows[] = {
      {"CVE-2025-13033, another address in quotes", "\"x@gmail.com x\"@internal.example"},
      {"CVE-2025-13033, the same with a tab", "\"x@gmail.com\tx\"@internal.example"},
      {"GHSA-g7hc-96xr-gvvx, a command in quotes", "\"a\r\nRCPT TO:<b@c.example>\r\n\"@d.example"},
      {"GHSA-g7hc-96xr-gvvx, quoted pairs", "\"a\\\r\\\nDATA\"@b.example"},
      {"an encoded word whose text holds an address", "=?utf-8?q?collab=40evil.example=3e=00?=foo@b.example"},
      {"an encoded word of UTF-7", "=?utf-7?q?&AGYAbwBvAGIAYQByAEAAZQB2AGkAbAA-?=@b.example"},
      {"an encoded word in the domain", "a@=?x?q?b.example=3e=20?="},
      {"Unicode that is cut to an at-sign", "a\u0140b.example@c.example@"},
      {"a fullwidth at-sign", "a\uFF20b.example"},
      {"a small at-sign", "a\uFE6Bb.example"},
      {"a source route", "@a.example,@b.example:c@d.example"},
      {"a source route within brackets", "<@a.example:c@d.example>"},
      {"the old percent route with two at-signs", "a%b.example@c.example@d.example"},
      {"a UUCP path", "a.example!b@c@d.example"},
      {"a group", "friends: a@b.example, c@d.example;"},
      {"a comment before", "(a@b.example)c@d.example"},
      {"a comment after", "a@b.example(c@d.example)"},
      {"a comment within the domain", "a@(c)b.example"},
      {"a name with another address", "\"a@b.example\" <c@d.example>"},
      {"two addresses in brackets", "<a@b.example><c@d.example>"},
      {"a parameter after it", "a@b.example> SIZE=1"},
      {"ORCPT after it", "a@b.example> NOTIFY=NEVER ORCPT=rfc822;c@d.example"},
      {"an address literal", "a@[127.0.0.1]"},
      {"an IPv6 literal", "a@[IPv6:::1]"},
      {"a number for a host", "a@2130706433"},
      {"a hexadecimal host", "a@0x7f.1"},
      {"a local host", "a@localhost"},
      {"a NUL that ends strings in C", "a@b.example\0@c.example"sv},
      {"a NUL in the local part", "a\0b@c.example"sv},
      {"a backspace",
       "a\x08"
       "b@c.example"},
      {"a vertical tab", "a\x0B@c.example"},
      {"a line separator", "a\u2028b@c.example"},
      {"a next line", "a@b\u0085.example"},
      {"a domain that normalises to two", "a@b\u2100.example"},
      {"a domain with a hidden slash", "a@b\u2044c.example"},
      {"an accent alone, which libidn2 drops", "a@b\u00B4c.example"},
      {"a number in brackets, which libidn2 drops", "a@b\u2474.example"},
      {"a sign that becomes three letters", "a@\u2121.example"},
      {"fullwidth letters", "a@\uFF42\uFF43.example"},
      {"a fraction that becomes a slash", "a@b\u2153.example"},
      {"a domain ending in a fullwidth full stop", "a@b.example\uFF0E"},
      {"overlong UTF-8 for an at-sign",
       "a\xC1\x80"
       "b.example"},
      {"a comma at the end", "a@b.example,"},
      {"a pipe to a program", "|/bin/sh@"},
      {"a quoted pipe", "\"|/bin/sh\"@b.example"},
      {"a file", "/etc/passwd"},
      {"a URL", "mailto:a@b.example?bcc=c@d.example"},
      {"a line that ends a message", "\r\n.\r\n@b.example"},
      {"Punycode that decodes to nothing allowed", "a@xn--0.example"},
      {"Punycode for an ASCII label", "a@xn--b-.example"},
  };
  for (const auto& row : rows) {
    const auto read = parse_address(row.text);
    EXPECT_FALSE(read) << row.where << " became " << (read ? read->text() : "");
  }
}

// CVE-2026-90776 and others: a parser that looked at its input again and again. Half a minute would
// pass here for one that is quadratic.
TEST(Address, IsRefusedInTheTimeItIsLong) {
  for (const auto* piece :
       {"@", "\"", "(", "a.", "<", "=?", ",", "\\", " ", "ü", ".", "xn--", "a@", ":", "\u200B", "\uFEFF"}) {
    for (const auto* end : {"", "@b.example"}) {
      EXPECT_FALSE(parse_address(times(500'000, piece) + end)) << piece;
      EXPECT_FALSE(parse_address("a@" + times(500'000, piece) + end)) << piece;
    }
  }
}

TEST(Address, KeepsTheLengthsOfRfc5321) {
  EXPECT_TRUE(parse_address(times(64, "a") + "@example.com"));
  EXPECT_FALSE(parse_address(times(65, "a") + "@example.com"));
  EXPECT_TRUE(parse_address(times(32, "ë") + "@example.com"));
  EXPECT_FALSE(parse_address(times(33, "ë") + "@example.com")) << "octets count, not characters";
  EXPECT_TRUE(parse_address("a@" + times(63, "d") + ".com"));
  EXPECT_FALSE(parse_address("a@" + times(64, "d") + ".com"));
  EXPECT_TRUE(parse_address("a@" + domain_of(252)));
  EXPECT_FALSE(parse_address("a@" + domain_of(253)));
  EXPECT_FALSE(parse_domain(domain_of(256)));
}

TEST(Address, KnowsTwoSpellingsOfOneMailbox) {
  EXPECT_EQ(parse_address("Zoe@BÜCHER.example")->key(), parse_address("zoe@xn--bcher-kva.example")->key());
  EXPECT_NE(parse_address("zoe@example.com")->key(), parse_address("zoe@example.org")->key());
}

TEST(Address, NeedsSmtputf8OnlyForItsLocalPart) {
  EXPECT_TRUE(parse_address("zoë@example.com")->needs_smtputf8());
  EXPECT_FALSE(parse_address("zoe@bücher.example")->needs_smtputf8());
}

TEST(Domain, IsReadByItselfForSuppressions) {
  EXPECT_EQ(parse_domain(" Bücher.Example ").value(), "xn--bcher-kva.example");
  EXPECT_FALSE(parse_domain("example"));
  EXPECT_FALSE(parse_domain("a@example.com"));
  EXPECT_FALSE(parse_domain("*.example.com"));
  EXPECT_FALSE(parse_domain(""));
}

/// Whatever is accepted is safe to put into a command and into a header.
void expect_harmless(const std::string& text) {
  const auto read = parse_address(text);
  if (!read) return;
  const std::string whole = read->text();
  RC_ASSERT(whole.find_first_of("\r\n\t \"\\(),:;<>[]\0"sv) == whole.npos);
  RC_ASSERT(std::ranges::count(whole, '@') == 1);
  RC_ASSERT(!read->local.empty() && read->local.size() <= 64);
  RC_ASSERT(!read->domain.empty() && whole.size() <= 254);
  RC_ASSERT(is_valid_utf8(whole));
  for (const char c : read->domain) {
    RC_ASSERT((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.');
  }
  const auto again = parse_address(whole);
  RC_ASSERT(again && again->text() == whole);
}

RC_GTEST_PROP(Address, OfAnyBytesIsHarmlessOrRefused, (const std::string& a, const std::string& b)) {
  expect_harmless(a);
  expect_harmless(a + "@" + b + ".com");
}

RC_GTEST_PROP(Address, MadeOfHostilePiecesIsHarmlessOrRefused, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"zoe",
                                                  "@",
                                                  "example.com",
                                                  ".",
                                                  "\r\n",
                                                  "\n",
                                                  "\r",
                                                  std::string(1, '\0'),
                                                  " ",
                                                  "\"",
                                                  "\\",
                                                  "(",
                                                  ")",
                                                  "<",
                                                  ">",
                                                  "[",
                                                  "]",
                                                  ":",
                                                  ",",
                                                  ";",
                                                  "=?",
                                                  "?=",
                                                  "xn--",
                                                  "ü",
                                                  "ß",
                                                  "\xEF\xBC\xA0",
                                                  "\xE3\x80\x82",
                                                  "\xE2\x80\x8B",
                                                  "\xE2\x80\x8D",
                                                  "\xC0",
                                                  "\xED\xA0\x80",
                                                  "-",
                                                  "RCPT TO:",
                                                  "%",
                                                  "!",
                                                  "_",
                                                  "\xF0\x9F\x93\xAE",
                                                  "A",
                                                  "9"}));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  expect_harmless(text);
  expect_harmless("a" + text + "@b" + text + ".com");
}

}  // namespace
}  // namespace postrider
