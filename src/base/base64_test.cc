#include "base/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postrider {
namespace {

TEST(Base64, IsThatOfTheStandard) {  // RFC 4648 §10
  const std::pair<const char*, const char*> rows[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, TakesNothingElse) {
  for (const char* bad :
       {"Zg", "Zg=", "Zg===", "Zm9v ", " Zm9v", "Zm9v\n", "Zm-_", "=", "Zg==Zg==", "Zh=="}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

RC_GTEST_PROP(Base64, GivesAnyBytesBack, (const std::string& bytes)) {
  RC_ASSERT(from_base64(to_base64(bytes)) == bytes);
  RC_ASSERT(from_base64url(to_base64url(bytes)) == bytes);
}

TEST(Base64, ItsFormForUrlsHasOneSpellingOnly) {
  EXPECT_EQ(to_base64url("\xFB\xFF\xFE"), "-__-");
  EXPECT_EQ(to_base64url("f"), "Zg");
  for (const char* bad : {"Zg==", "Zh", "Zg=", "+//+", "Zg ", "Z", "Zm9vY", "Zg\n"}) {
    EXPECT_FALSE(from_base64url(bad)) << bad;
  }
}

}  // namespace
}  // namespace postrider
