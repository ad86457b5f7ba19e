#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/template.h"

namespace postrider {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kColumns{"name", "none", "amount", "words", "date"};
const std::vector<std::string> kValues{"anna LENA", " ", "7.5", "one two  three", "2026-11-04T09:05:03.25Z"};

/// 2026-11-24 09:30:00 UTC, a Tuesday.
constexpr WallTime kNow{std::chrono::seconds{1795512600}};

std::string rendered(const std::string& expression, const std::vector<std::string>& values = kValues) {
  const auto made = Template::compile("{{ " + expression + " }}", kColumns);
  if (!made) return "error: " + made.error().message;
  const auto out = made->render({.values = values, .now = kNow, .utc_offset = std::chrono::hours{2}});
  return out ? *out : out.error().code + ": " + out.error().message;
}

struct Row {
  const char* expression;
  const char* result;
};

void expect_rows(std::span<const Row> rows) {
  for (const auto& row : rows) EXPECT_EQ(rendered(row.expression), row.result) << row.expression;
}

TEST(TemplateFilters, Default) {
  expect_rows(std::to_array<Row>({
      {"none | default: 'x'", "x"},
      {"name | default: 'x'", "anna LENA"},
      {"none | default: name", "anna LENA"},
      {"none | default: 7", "7"},
      {"'' | default: 'x'", "x"},
      {"nil | default: 'x'", "x"},
      {"false | default: 'x'", "x"},
      {"0 | default: 'x'", "0"},
      {"none | default: ''", ""},
      {"none | upcase | prepend: 'at ' | default: 'here'", "here"},  // empty until the default
      {"name | remove: 'anna LENA' | default: 'x'", "x"},
      {"name | append: none | default: 'x'", "x"},
      {"none | default: none", "unresolved_field: Line 1: {{none}} is empty and has no default."},
      {"none | append: 'x'", "unresolved_field: Line 1: {{none}} is empty and has no default."},
      {"name | append: none", "unresolved_field: Line 1: {{none}} is empty and has no default."},
  }));
}

TEST(TemplateFilters, LettersOfEveryScript) {
  expect_rows(std::to_array<Row>({
      {"name | upcase", "ANNA LENA"},
      {"name | downcase", "anna lena"},
      {"name | capitalize", "Anna lena"},
      {"'straße ΣΑΣ иван' | upcase", "STRASSE ΣΑΣ ИВАН"},
      {"'ÉCLAIR ΟΔΟΣ' | downcase", "éclair οδος"},
      {"'éclair' | capitalize", "Éclair"},
      {"'名前' | capitalize", "名前"},
      {"'' | capitalize", ""},
      {"'a\xFF' | upcase", "A\xFF"},
  }));
}

TEST(TemplateFilters, BlanksAndLines) {
  expect_rows(std::to_array<Row>({
      {"' \u00a0\u3000a b\u2003\n' | strip", "a b"},
      {"' a ' | lstrip | append: '|'", "a |"},
      {"' a ' | rstrip | append: '|'", " a|"},
      {"'a\r\nb\nc\rd' | strip_newlines", "abc\rd"},
      {"'a\nb' | newline_to_br", "a\nb"},  // plain text has its own line ends
      {"'a<b' | escape", "a<b"},
      {"'a<b' | escape_once | newline_to_br", "a<b"},
      {"'a' | newline_to_br | escape",
       "error: Line 1: escape, escape_once and newline_to_br must be a field's last filters, in this order."},
      {"'a' | escape | upcase",
       "error: Line 1: escape, escape_once and newline_to_br must be a field's last filters, in this order."},
  }));
}

TEST(TemplateFilters, PartsOfATextCountCharacters) {
  expect_rows(std::to_array<Row>({
      {"'Zoë🙂!' | size", "5"},
      {"amount | size", "3"},
      {"'Zoë🙂!' | slice: 2", "ë"},
      {"'Zoë🙂!' | slice: 2, 2", "ë🙂"},
      {"'Zoë🙂!' | slice: -2, 2", "🙂!"},
      {"'abc' | slice: -9, 2", ""},
      {"'abc' | slice: 9", ""},
      {"'abc' | slice: 0, -1", ""},
      {"'abc' | slice: 'x'", "error: Line 1: the filter \"slice\" takes a number first."},
      {"'abc' | slice: name",
       "bad_value: Line 1: \"anna LENA\" is no number. Write it in digits, with a point, as in 12.50."},
      {"'Grüße an alle' | truncate: 8", "Grüße..."},
      {"'Grüße' | truncate: 5", "Grüße"},
      {"'Grüße an' | truncate: 6, '…'", "Grüße…"},
      {"'Grüße' | truncate: 2", "..."},
      {"'Grüße' | truncate: 3, ''", "Grü"},
      {"words | truncate", "one two  three"},
      {"words | truncatewords: 2", "one two..."},
      {"words | truncatewords: 2, ' …'", "one two …"},
      {"words | truncatewords: 3", "one two  three"},
      {"words | truncatewords: 0", "one..."},
      {"'a\u3000b c' | truncatewords: 2, ''", "a b"},
  }));
}

TEST(TemplateFilters, ReplacingAndJoining) {
  expect_rows(std::to_array<Row>({
      {"'a-b-c' | replace: '-', '+'", "a+b+c"},
      {"'a-b-c' | replace_first: '-', '+'", "a+b-c"},
      {"'a-b-c' | remove: '-'", "abc"},
      {"'a-b-c' | remove_first: '-'", "ab-c"},
      {"'aaa' | replace: 'aa', 'b'", "ba"},
      {"'abc' | replace: '', 'x'", "error: Line 1: the filter \"replace\" cannot look for an empty text."},
      {"'abc' | replace: 'b'",
       "error: Line 1: the filter \"replace\" takes two values, as in : \"a\", \"b\"."},
      {"'a' | append: 1 | prepend: true", "truea1"},
      {"amount | append: ' EUR'", "7.5 EUR"},
      {"'Anna Lena Berg' | split: ' ' | first", "Anna"},
      {"'Anna Lena Berg' | split: ' ' | last", "Berg"},
      {"'Anna' | split: ' ' | last", "Anna"},
      {"'a,b,,c,,' | split: ',' | size", "4"},
      {"'a,b,,' | split: ',' | join: '; '", "a; b"},
      {"'a,b' | split: ',' | join", "a b"},
      {"',' | split: ',' | first", ""},
      {"'a' | split: ','", "error: Line 1: after the filter \"split\" must come first, last, size or join."},
      {"'a' | split: ',' | upcase",
       "error: Line 1: after the filter \"split\" must come first, last, size or join."},
      {"'a' | first",
       "error: Line 1: the filter \"first\" needs \"split\" before it, as in split: \" \" | first."},
  }));
}

TEST(TemplateFilters, Urls) {
  expect_rows(std::to_array<Row>({
      {"'a b&ü/~' | url_encode", "a+b%26%C3%BC%2F~"},
      {"'a+b%26%c3%BC%2' | url_decode", "a b&ü%2"},
      {"' https://h/a b?c&d=\"ü\"%20 ' | whole_url", "https://h/a%20b?c&d=%22ü%22%20"},
      {"'mailto:a@b.c' | whole_url", "mailto:a@b.c"},
      {"'javascript:alert(1)' | whole_url",
       "unsafe_url: Line 1: \"javascript:alert(1)\" cannot be the address of "
       "a link. It must begin with https://, http://, mailto: or tel:."},
  }));
}

TEST(TemplateFilters, NumbersAreDecimal) {
  expect_rows(std::to_array<Row>({
      {"amount | plus: 1", "8.5"},
      {"amount | minus: 10", "-2.5"},
      {"amount | times: 2", "15"},
      {"7 | divided_by: 2", "3.5"},
      {"10 | divided_by: 3", "3.3333333333"},
      {"0.1 | plus: 0.2", "0.3"},
      {"8.1 | times: 3 | floor", "24"},
      {"1.1 | times: 1.1", "1.21"},
      {"7 | modulo: 3", "1"},
      {"-7 | modulo: 3", "2"},
      {"0.3 | modulo: 0.1", "0"},
      {"-2.5 | round", "-3"},
      {"1.005 | round: 2", "1.01"},
      {"1234 | round: -2", "1200"},
      {"-0.2 | ceil", "0"},
      {"-0.2 | floor", "-1"},
      {"-7 | abs", "7"},
      {"4 | at_least: 5", "5"},
      {"amount | at_most: 5", "5"},
      {"' 12.50 ' | plus: '+1'", "13.5"},
      {"name | plus: 1",
       "bad_value: Line 1: {{name}}: \"anna LENA\" is no number. Write it in digits, with a point, as in 12.50."},
      {"'1,000' | plus: 1",
       "bad_value: Line 1: \"1,000\" is no number. Write it in digits, with a point, as in 12.50."},
      {"1 | divided_by: 0", "bad_value: Line 1: it is divided by 0."},
      {"999999999999999 | plus: 1",
       "bad_value: Line 1: the number has more than 15 digits before its point."},
      {"9999999999999999 | plus: 1",
       "error: No column matches {{ 9999999999999999 }} (line 1). The columns are: name, none, "
       "amount, words, date."},
      {"'9999999999999999' | append: ''", "9999999999999999"},
      {"1 | plus: 'x'", "error: Line 1: the filter \"plus\" takes a number first."},
      {"1 | plus", "error: Line 1: the filter \"plus\" takes one value, as in : \"text\"."},
      {"1 | abs: 2", "error: Line 1: the filter \"abs\" takes no value behind it."},
  }));
}

TEST(TemplateFilters, DatesAreReadAndWrittenInEnglish) {
  expect_rows(std::to_array<Row>({
      {"date | date: '%Y-%m-%d %H:%M:%S.%L'", "2026-11-04 09:05:03.250"},
      {"date | date: '%A, %B %-d, %Y at %-I:%M %p'", "Wednesday, November 4, 2026 at 9:05 AM"},
      {"date | date: '%a %b %e|%_H|%k|%l|%P|%^a|%j|%y|%C|%F|%D|%R|%T'",
       "Wed Nov  4| 9| 9| 9|am|WED|308|26|20|2026-11-04|11/04/26|09:05|09:05:03"},
      {"date | date: '%U %W %V %G %u %w %s %z %Z %% %N'",
       "44 44 45 2026 3 3 1793783103 +0000 UTC % 250000000"},
      {"'2027-01-01' | date: '%G-W%V %05d%n%t|'", "2026-W53 00001\n\t|"},
      {"'2024-02-29 23:59' | date: '%d.%m.%Y %H:%M'", "29.02.2024 23:59"},
      {"'24 November 2026' | date: '%F'", "2026-11-24"},
      {"'Nov 24, 2026' | date: '%F'", "2026-11-24"},
      {"'3. sept. 2026' | date: '%F'", "2026-09-03"},
      {"'2026-11-24T23:30:00+05:30' | date: '%F %R %z'", "2026-11-24 23:30 +0530"},
      {"1764000000 | date: '%F %T'", "2025-11-24 16:00:00"},
      {"'now' | date: '%F %R %z'", "2026-11-24 11:30 +0200"},
      {"'today' | date: '%A'", "Tuesday"},
      {"none | date: '%F' | default: 'soon'", "soon"},
      {"'03/04/2026' | date: '%F'", "bad_value: Line 1: \"03/04/2026\" is no date. Write it as 2026-11-24."},
      {"'2026-02-29' | date: '%F'", "bad_value: Line 1: \"2026-02-29\" is no date. Write it as 2026-11-24."},
      {"'2026-11-24 25:00' | date: '%F'",
       "bad_value: Line 1: \"2026-11-24 25:00\" is no date. Write it as 2026-11-24."},
      {"date | date: '%Q'",
       "error: Line 1: the date format \"%Q\" is unknown; %Y, %m, %d, %B, %A, %H, %M are among those there are."},
      {"date | date: '100%'",
       "error: Line 1: the date format \"%\" is unknown; %Y, %m, %d, %B, %A, %H, %M are among those there are."},
      {"date | date: name",
       "error: Line 1: the format of \"date\" must stand in quotes, as in \"%d.%m.%Y\"."},
  }));
}

TEST(TemplateFilters, AreBounded) {
  std::string many = "name";
  for (int i = 0; i < 20; ++i) many += " | upcase";
  EXPECT_EQ(rendered(many), "ANNA LENA");
  EXPECT_THAT(rendered(many + " | upcase"), HasSubstr("more than 20 filters"));
  std::vector<std::string> values = kValues;
  values[0] = std::string(60'000, 'a');
  values[3] = std::string(60'000, 'b');
  EXPECT_THAT(rendered("name | replace: 'a', words", values), HasSubstr("message_too_long"));
}

TEST(TemplateFilters, AreBoundedInWork) {
  std::string text;
  for (int i = 0; i < 9'000; ++i) text += "{% assign x = name | replace: 'b', 'c' | upcase | size %}";
  const auto made = Template::compile(text, kColumns);
  std::vector<std::string> values{std::string(60'000, 'a')};
  const auto out = made->render({.values = values});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, "message_too_long");
}

}  // namespace
}  // namespace postrider
