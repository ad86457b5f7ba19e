#include "base/ip_range.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

bool holds(std::string_view range, std::string_view address) {
  return IpRange::parse(range)->contains(*IpAddress::parse(address));
}

TEST(IpRange, HoldsWhatItsPrefixSays) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.168.1.7", "192.168.1.7"));
  EXPECT_FALSE(holds("192.168.1.7", "192.168.1.6"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("::/0", "8.8.8.8"));
}

TEST(IpRange, AMappedAddressIsItsIpv4Address) {
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1"), IpAddress::parse("10.0.0.1"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1")->text(), "10.0.0.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8::1")->text(), "2001:db8::1");
}

TEST(IpRange, SaysWhatIsWrong) {
  for (const auto* text : {"", "10.0.0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::1/129",
                           "localhost", "010.0.0.1", "fe80::1%eth0", "10.0.0.0/"}) {
    const auto range = IpRange::parse(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().code, "bad_ip_range");
  }
  EXPECT_EQ(
      parse_ip_ranges("10.0.0.0/8, nonsense").error().message,
      "\"nonsense\" is no range of IP addresses: it begins with no address. Write it like 10.0.0.0/8 or "
      "2001:db8::/32, or one address.");
}

TEST(IpRange, ListsMayBeWrittenWithCommasOrSpaces) {
  EXPECT_EQ(parse_ip_ranges("")->size(), 0u);
  const auto ranges = parse_ip_ranges(" 10.0.0.0/8,::1  192.168.0.0/16 ,");
  ASSERT_EQ(ranges->size(), 3u);
  EXPECT_TRUE(contains(*ranges, *IpAddress::parse("::1")));
  EXPECT_FALSE(contains(*ranges, *IpAddress::parse("::2")));
}

}  // namespace
}  // namespace postrider
