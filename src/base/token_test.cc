#include "base/token.h"

#include <gtest/gtest.h>

#include <sstream>

#include <set>

namespace postrider {
namespace {

TEST(Token, IsItsPrefixAnd256RandomBits) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto token = make_token(kKeyPrefix);
    EXPECT_TRUE(token.starts_with("pr_key_"));
    EXPECT_EQ(token.size(), kKeyPrefix.size() + 43);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              token.npos);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST(Token, IsKeptAsItsSha256) {
  EXPECT_EQ(token_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(token_hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Token, IsListedByItsStart) {
  EXPECT_EQ(token_start("pr_key_abcdefghij", kKeyPrefix), "pr_key_abcdef");
  EXPECT_EQ(token_start("pr_key_ab", kKeyPrefix), "pr_key_ab");
}

TEST(Token, TheHashOfAStreamIsThatOfItsText) {
  for (const std::size_t size : {0u, 1u, 65'536u, 200'000u}) {
    std::istringstream stream(std::string(size, 'x'));
    stream.get();
    EXPECT_EQ(stream_hash(stream), token_hash(std::string(size, 'x')));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), std::string(size, 'x'));
  }
}

}  // namespace
}  // namespace postrider
