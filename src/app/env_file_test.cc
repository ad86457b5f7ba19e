#include "app/env_file.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

struct LineRow {
  const char* line;
  const char* value;
};

TEST(EnvFile, ReadsValuesAsPeopleWriteThem) {
  for (const auto& row :
       {LineRow{"A=x", "x"}, LineRow{"A = x y ", "x y"}, LineRow{"export A=x", "x"}, LineRow{"A=", ""},
        LineRow{"A='it''", nullptr}, LineRow{"A='as # it is'", "as # it is"},
        LineRow{R"(A="a\"b\\c\nd")", "a\"b\\c\nd"}, LineRow{"A=x # comment", "x"}, LineRow{"A=x#y", "x#y"},
        LineRow{"A=p=q", "p=q"}, LineRow{"A=\"open", nullptr}, LineRow{"A=x\r", "x"},
        LineRow{"A=\"x\" # comment", "x"}, LineRow{"A='x' y", nullptr}}) {
    const auto read = parse_env_file(row.line);
    if (row.value == nullptr) {
      EXPECT_FALSE(read) << row.line;
    } else {
      ASSERT_TRUE(read) << row.line;
      EXPECT_EQ(read->at("A"), row.value) << row.line;
    }
  }
}

TEST(EnvFile, SkipsCommentsBlankLinesAndAByteOrderMark) {
  const auto read = parse_env_file("\xEF\xBB\xBF# first\n\nA=1\n  # second\nB=2\nA=3\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (Environment{{"A", "3"}, {"B", "2"}}));
}

TEST(EnvFile, AnErrorNamesItsLine) {
  for (const char* text : {"A=1\nnonsense\n", "A=1\n1A=2\n", "A=1\n=2\n", "A=1\nA B=2\n"}) {
    const auto read = parse_env_file(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find("Line 2"), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace postrider
