#include "web/target_rules.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

bool allows(std::string_view rules, std::string_view address) {
  return TargetRules::parse(rules)->allows(*IpAddress::parse(address));
}

TEST(TargetRules, OnlyPublicAddressesUnlessSaid) {
  for (const auto* address : {"8.8.8.8", "2607:f8b0::1", "172.32.0.1", "100.128.0.1", "64:ff9b::808:808"})
    EXPECT_TRUE(allows("", address)) << address;
  for (const auto* address : {"127.0.0.1",
                              "127.9.9.9",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "0.0.0.0",
                              "100.64.0.1",
                              "169.254.169.254",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::1",
                              "::",
                              "fc00::1",
                              "fd12::1",
                              "fe80::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b::a00:1",
                              "2002:7f00:1::",
                              "2002:a9fe:a9fe::1",
                              "::127.0.0.1",
                              "168.63.129.16"})
    EXPECT_FALSE(allows("", address)) << address;
}

TEST(TargetRules, TrueOpensPrivateAddressesButNotTheLink) {
  for (const auto* address : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fd12::1", "8.8.8.8"})
    EXPECT_TRUE(allows("true", address)) << address;
  for (const auto* address : {"169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1",
                              "fd00:ec2::254", "100.100.100.200"})
    EXPECT_FALSE(allows("true", address)) << address;
}

TEST(TargetRules, RangesOpenWhatTheyHoldAndNothingElse) {
  EXPECT_TRUE(allows("10.1.0.0/16 169.254.169.254", "10.1.2.3"));
  EXPECT_TRUE(allows("10.1.0.0/16 169.254.169.254", "169.254.169.254"));
  EXPECT_TRUE(allows("10.1.0.0/16", "8.8.8.8"));
  EXPECT_FALSE(allows("10.1.0.0/16", "10.2.0.1"));
  EXPECT_FALSE(allows("10.1.0.0/16", "127.0.0.1"));
  EXPECT_TRUE(allows("127.0.0.0/8", "::ffff:127.0.0.1"));
  EXPECT_EQ(TargetRules::parse("yes").error().code, "bad_ip_range");
}

TEST(TargetRules, AnyIsAny) {
  EXPECT_TRUE(TargetRules::any().allows(*IpAddress::parse("169.254.169.254")));
}

}  // namespace
}  // namespace postrider
