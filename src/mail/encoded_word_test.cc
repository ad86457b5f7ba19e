#include "mail/encoded_word.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace postrider {
namespace {

std::vector<std::string> words_of(std::string_view text, std::size_t column) {
  std::string out;
  append_encoded_words(out, text, column);
  std::vector<std::string> words;
  for (auto line : split(out, '\n')) {
    if (const auto word = trim(line); !word.empty()) words.emplace_back(word);
  }
  return words;
}

std::string times(int n, std::string_view text) {
  std::string out;
  for (int i = 0; i < n; ++i) out += text;
  return out;
}

/// GMime reads words of base64 that follow each other as one stream, and stops at its padding.
TEST(EncodedWord, OnlyTheLastOfItsKindHasPadding) {
  const std::string rows[] = {
      times(20, "用户 "), times(40, "件名"), "a" + times(40, "用"),   "é" + times(40, "用"),
      times(60, "é"),     times(60, "日é"),  times(40, "\U0001F4EE"), "ab" + times(50, "语") + "c"};
  for (const auto& row : rows) {
    for (const std::size_t column : {4u, 9u, 40u, 75u}) {
      const auto words = words_of(row, column);
      ASSERT_GT(words.size(), 1u);
      for (std::size_t i = 0; i < words.size(); ++i) {
        EXPECT_LE(words[i].size(), 75u);
        EXPECT_TRUE(words[i].starts_with("=?utf-8?") && words[i].ends_with("?=")) << words[i];
        if (i + 1 < words.size() && words[i].starts_with("=?utf-8?b?")) {
          EXPECT_FALSE(words[i].ends_with("=?=")) << row << ": " << words[i];
        }
      }
    }
  }
}

TEST(EncodedWord, ACharacterThatSpoilsEveryCutGoesAheadByItself) {
  const auto words = words_of("a" + times(40, "用"), 9);
  EXPECT_EQ(words.front(), "=?utf-8?q?a?=");
  EXPECT_TRUE(words[1].starts_with("=?utf-8?b?"));
}

}  // namespace
}  // namespace postrider
