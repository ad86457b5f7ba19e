#include "smtp/capabilities.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(Capabilities, AreReadFromAnOrdinaryServer) {
  const auto offers = parse_capabilities(
      "250-mx.example.com\r\n250-PIPELINING\r\n250-SIZE 35882577\r\n250-8BITMIME\r\n250-STARTTLS\r\n"
      "250-AUTH LOGIN PLAIN XOAUTH2\r\n250 SMTPUTF8\r\n");
  EXPECT_TRUE(offers.pipelining && offers.size && offers.eight_bit_mime && offers.starttls &&
              offers.smtputf8);
  EXPECT_TRUE(offers.auth_plain && offers.auth_login && offers.auth_xoauth2);
  EXPECT_FALSE(offers.auth_oauthbearer);
  EXPECT_EQ(offers.max_size, 35882577u);
}

TEST(Capabilities, AreReadWhateverTheirCaseAndSpelling) {
  const auto offers = parse_capabilities("250-x\r\n250-pipelining\r\n250-size\r\n250 AUTH=plain\r\n");
  EXPECT_TRUE(offers.pipelining && offers.size && offers.auth_plain);
  EXPECT_EQ(offers.max_size, 0u);
  EXPECT_FALSE(offers.auth_login || offers.starttls);
}

TEST(Capabilities, AreNotTakenFromTheServersName) {
  EXPECT_FALSE(parse_capabilities("250-PIPELINING\r\n250 SIZE x\r\n").pipelining);
  EXPECT_FALSE(parse_capabilities("250 STARTTLS\r\n").starttls);
}

TEST(Capabilities, AreWholeWordsOnly) {
  const auto offers = parse_capabilities("250-x\r\n250-XPIPELINING\r\n250 STARTTLSX\r\n");
  EXPECT_FALSE(offers.pipelining || offers.starttls);
}

}  // namespace
}  // namespace postrider
