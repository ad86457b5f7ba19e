#include "campaign/content.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(Content, GuessesTheFormatFromTheFilesName) {
  const struct {
    const char* name;
    MessageFormat format;
  } rows[] = {{"letter.txt", MessageFormat::text},      {"letter", MessageFormat::text},
              {"letter.html", MessageFormat::html},     {"LETTER.HTM", MessageFormat::html},
              {"letter.md", MessageFormat::markdown},   {"a.b/letter.markdown", MessageFormat::markdown},
              {"letter.html.txt", MessageFormat::text}, {"", MessageFormat::text}};
  for (const auto& row : rows) EXPECT_EQ(format_of_file(row.name), row.format) << row.name;
}

TEST(Content, NamesItsFormatsBothWays) {
  for (const auto format : {MessageFormat::text, MessageFormat::html, MessageFormat::markdown}) {
    EXPECT_EQ(parse_message_format(to_string(format)), format);
  }
  EXPECT_EQ(parse_message_format("rtf"), std::nullopt);
}

TEST(Content, ReadsAnAddressWithAndWithoutAName) {
  const struct {
    const char* text;
    const char* name;
    const char* address;
  } rows[] = {{"ana@example.com", "", "ana@example.com"},
              {" <ana@Example.com> ", "", "ana@example.com"},
              {"Ana Lee <ana@example.com>", "Ana Lee", "ana@example.com"},
              {"\"Lee, Ana\" <ana@example.com>", "Lee, Ana", "ana@example.com"}};
  for (const auto& row : rows) {
    const auto named = parse_named_address(row.text);
    ASSERT_TRUE(named) << row.text;
    EXPECT_EQ(named->name, row.name) << row.text;
    EXPECT_EQ(named->address.text(), row.address) << row.text;
  }
}

TEST(Content, RefusesWhatParsersDisagreeAbout) {
  for (const char* text : {"", "Ana", "Ana <>", "ana@example.com>", "Ana <ana@example.com> x",
                           "<a@b.c>,<d@e.f>", "Ana <ana@example.com\r\nBcc: x@example.com>",
                           "Ana <\"a b\"@example.com>", "a@example.com, b@example.com"}) {
    EXPECT_FALSE(parse_named_address(text)) << text;
  }
}

}  // namespace
}  // namespace postrider
