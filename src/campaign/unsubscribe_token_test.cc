#include "campaign/unsubscribe_token.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "base/base64.h"

namespace postrider {
namespace {

UnsubscribeKey key(unsigned char seed = 1) {
  std::array<unsigned char, UnsubscribeKey::kBytes> secret{};
  secret.fill(seed);
  return UnsubscribeKey(std::span<const unsigned char, UnsubscribeKey::kBytes>(secret));
}

TEST(UnsubscribeToken, NamesCampaignAndAddressAndIsTheSameEachTime) {
  const auto token = key().token(CampaignId{7}, "ana@example.com");
  EXPECT_EQ(token, key().token(CampaignId{7}, "ana@example.com"));
  const auto named = key().read(token);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->campaign, CampaignId{7});
  EXPECT_EQ(named->address_key, "ana@example.com");
  EXPECT_EQ(token.size(), 64u);
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            token.npos);
}

// A token that left in an email works for ever: this one must be read by every later version.
TEST(UnsubscribeToken, OneMadeLongAgoIsReadStill) {
  const auto named = key().read(key().token(CampaignId{1}, "old@example.org"));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->address_key, "old@example.org");
  EXPECT_EQ(key().token(CampaignId{1}, "old@example.org"),
            "ATLS4_msWVQlFuq6BCjw5Vzk8KFEHWJ6Bv11ajr2RnrhtWxoFeE_3wIG-sVBoRLt");
}

TEST(UnsubscribeToken, TellsNothingAndFollowsFromNoOther) {
  std::set<std::string> seen;
  for (int campaign = 1; campaign <= 20; ++campaign) {
    for (const char* address : {"ana@example.com", "anb@example.com", "bob@example.org"}) {
      const auto token = key().token(CampaignId{campaign}, address);
      EXPECT_TRUE(seen.insert(token).second);
      EXPECT_EQ(from_base64url(token)->find("example"), std::string::npos);
    }
  }
  EXPECT_FALSE(key(2).read(key().token(CampaignId{7}, "ana@example.com"))) << "another installation's";
}

RC_GTEST_PROP(UnsubscribeToken, AnyAddressComesBack, (const std::string& text)) {
  const auto id = *rc::gen::inRange<std::int64_t>(1, INT64_MAX);
  const auto address = text.substr(0, 300) + "@example.com";
  const auto token = key().token(CampaignId{id}, address);
  const auto named = key().read(token);
  RC_ASSERT(named && named->campaign.value == id && named->address_key == address);
}

RC_GTEST_PROP(UnsubscribeToken, AnyFlippedBitIsRefused, ()) {
  const auto length = *rc::gen::inRange<std::size_t>(1, 60);
  const auto token =
      key().token(CampaignId{*rc::gen::inRange(1, 1'000'000)}, std::string(length, 'a') + "@b.example");
  auto bytes = from_base64url(token).value();
  const auto bit = *rc::gen::inRange<std::size_t>(0, bytes.size() * 8);
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  RC_ASSERT(!key().read(to_base64url(bytes)));
}

RC_GTEST_PROP(UnsubscribeToken, AnyOtherTextIsRefused, (const std::string& text)) {
  RC_ASSERT(!key().read(text));
  RC_ASSERT(!key().read(to_base64url("\x01" + text)));
}

TEST(UnsubscribeToken, EverySignOfItMatters) {
  const std::string token = key().token(CampaignId{42}, "zoe@example.com");
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char other : std::string_view{"AQZaz059-_+/=. \n"}) {
      auto changed = token;
      changed[i] = other;
      EXPECT_EQ(key().read(changed).has_value(), changed == token) << changed;
    }
    EXPECT_FALSE(key().read(token.substr(0, i)));
  }
  EXPECT_FALSE(key().read(token + "A"));
  EXPECT_FALSE(key().read(token + "="));
  EXPECT_FALSE(key().read(std::string(100'000, 'A')));
}

}  // namespace
}  // namespace postrider
