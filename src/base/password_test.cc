#include "base/password.h"

#include <gtest/gtest.h>
#include <sodium.h>

namespace postrider {
namespace {

std::string problem(std::string_view password) {
  const auto fine = check_password(password, "ana@example.com");
  return fine ? "" : fine.error().code;
}

TEST(Password, IsRefusedWhenItIsEasyToGuess) {
  EXPECT_EQ(problem("correct horse battery"), "");
  EXPECT_EQ(problem("twelve chars"), "");
  EXPECT_EQ(problem("elevenchars"), "password_too_short");
  EXPECT_EQ(problem("éééééééééé"), "password_too_short");
  EXPECT_EQ(problem(""), "password_too_short");
  EXPECT_EQ(problem("Ana@Example.com"), "password_is_name");
  EXPECT_EQ(problem("aaaaaaaaaaaaaaaa"), "password_too_simple");
  EXPECT_EQ(problem(std::string("twelve\0chars and more", 21)), "password_not_text");
  EXPECT_EQ(problem("twelve chars \xff"), "password_not_text");
  EXPECT_EQ(problem(std::string(1024, 'x') + "y"), "password_too_long");
}

TEST(Password, IsKeptAsArgon2idOfTwoPassesOver64Megabytes) {
  const auto hash = hash_password("correct horse battery");
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=2,p=1$")) << hash;
  EXPECT_NE(hash, hash_password("correct horse battery")) << "each has a salt of its own";
  EXPECT_TRUE(verify_password(hash, "correct horse battery"));
  EXPECT_FALSE(verify_password(hash, "correct horse batterx"));
  EXPECT_FALSE(verify_password(hash, ""));
}

TEST(Password, OfNobodyIsNeverRightAndCostsAsMuch) {
  EXPECT_FALSE(verify_password("", ""));
  EXPECT_FALSE(verify_password("", "correct horse battery"));
  // The hash it is held against has the very numbers of a real one, so it takes as long.
  EXPECT_EQ(
      crypto_pwhash_str_needs_rehash(
          "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
          kPasswordPasses, kPasswordMemory),
      0);
}

}  // namespace
}  // namespace postrider
