#include "campaign/text_encoding.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using namespace std::string_literals;

TEST(TextEncoding, IsJudgedByTheMarkElseByTheBytes) {
  const struct {
    std::string head;
    Encoding encoding;
    std::size_t mark;
  } rows[] = {
      {"", Encoding::utf8, 0},
      {"email,name", Encoding::utf8, 0},
      {"\xEF\xBB\xBFZo\xC3\xAB", Encoding::utf8, 3},
      {"\xEF\xBB\xBFZo\xEB", Encoding::utf8, 3},
      {"Zo\xC3\xAB", Encoding::utf8, 0},
      {"Zo\xC3", Encoding::utf8, 0},  // a character cut off at the end
      {"x\xE2\x82", Encoding::utf8, 0},
      {"x\xF0\x9F\x98", Encoding::utf8, 0},
      {"Zo\xEB,x", Encoding::windows_1252, 0},
      {"\x93quoted\x94", Encoding::windows_1252, 0},
      {"\xFF\xFE"
       "e\0"s,
       Encoding::utf16_little, 2},
      {"\xFE\xFF"
       "\0e"s,
       Encoding::utf16_big, 2},
  };
  for (const auto& row : rows) {
    const auto detected = detect_encoding(row.head);
    EXPECT_EQ(detected.encoding, row.encoding) << row.head;
    EXPECT_EQ(detected.mark, row.mark) << row.head;
  }
}

TEST(TextEncoding, Windows1252BecomesUtf8) {
  EXPECT_EQ(decode_windows_1252("Zo\xEB \x80 5 \x96 \x93x\x94 \x81\xFF"), "Zoë € 5 – “x” \u0081ÿ");
}

TEST(TextEncoding, Utf16IsDecodedWhereverItIsCut) {
  const std::string little = "Z\0o\0\xEB\0\xAC\x20\x3D\xD8\x00\xDE,\0"s;
  for (std::size_t cut = 0; cut <= little.size(); ++cut) {
    Utf16Decoder decoder(false);
    auto out = decoder.decode(little.substr(0, cut));
    out += decoder.decode(little.substr(cut));
    out += decoder.finish();
    EXPECT_EQ(out, "Zoë€😀,") << cut;
  }
  Utf16Decoder big(true);
  EXPECT_EQ(big.decode("\0Z\x20\xAC"s), "Z€");
}

TEST(TextEncoding, ABrokenUtf16CharacterIsShownAsBroken) {
  Utf16Decoder decoder(false);
  EXPECT_EQ(decoder.decode("\x3D\xD8x\0"s), "\uFFFDx");
  EXPECT_EQ(decoder.decode("\x00\xDEy\0"s), "\uFFFDy");
  EXPECT_EQ(decoder.decode("\x3D\xD8"s) + decoder.finish(), "\uFFFD");
  EXPECT_EQ(decoder.decode("z"s) + decoder.finish(), "\uFFFD");
  EXPECT_EQ(decoder.finish(), "");
}

}  // namespace
}  // namespace postrider
