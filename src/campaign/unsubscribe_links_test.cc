#include "campaign/unsubscribe_links.h"

#include <gtest/gtest.h>

#include <vector>

namespace postrider {
namespace {

class UnsubscribeLinksTest : public testing::Test {
 protected:
  static UnsubscribeKey key() {
    static constexpr std::array<unsigned char, UnsubscribeKey::kBytes> secret{7};
    return UnsubscribeKey(std::span<const unsigned char, UnsubscribeKey::kBytes>(secret));
  }
  const Address from_{"ana", "sender.example"}, to_{"Bo", "example.org"};
  const std::optional<Address> none_, leave_{Address{"leave", "sender.example"}};
  const std::string token_ = key().token(CampaignId{7}, "bo@example.org");
};

TEST_F(UnsubscribeLinksTest, WithAPublicUrlItIsOneHttpsLinkAndOneClick) {
  const UnsubscribeLinks links(key(), "https://mail.example.org");
  const auto link = links.link(CampaignId{7}, to_, {from_, none_});
  EXPECT_EQ(link.url, "https://mail.example.org/u/" + token_);
  EXPECT_EQ(link.header, "<" + link.url + ">");
  EXPECT_TRUE(link.one_click);
  const auto both = links.link(CampaignId{7}, to_, {from_, leave_});
  EXPECT_EQ(both.header,
            "<" + link.url + ">, <mailto:leave@sender.example?subject=unsubscribe%20" + token_ + ">");
}

TEST_F(UnsubscribeLinksTest, WithoutItIsAMailThatHoldsTheToken) {
  const UnsubscribeLinks links(key(), "");
  const auto link = links.link(CampaignId{7}, to_, {from_, none_});
  EXPECT_EQ(link.url, "mailto:ana@sender.example?subject=unsubscribe%20" + token_);
  EXPECT_EQ(link.header, "<" + link.url + ">");
  EXPECT_FALSE(link.one_click);
  const Address odd{"a&b=c/ü", "sender.example"};
  EXPECT_TRUE(links.example({odd, none_}).url.starts_with("mailto:a%26b%3Dc%2F%C3%BC@sender.example?"))
      << "RFC 6068";
}

TEST_F(UnsubscribeLinksTest, TheLongestAddressesStillFitOneLine) {
  const std::string label(60, 'd'), domain = label + "." + label + "." + label + ".example";
  const Address longest{std::string(254 - 1 - domain.size(), '/'), domain};
  for (const auto& url : {std::string(), "https://" + std::string(184, 'h') + ".example"}) {
    const auto link = UnsubscribeLinks(key(), url).link(CampaignId{INT64_MAX}, longest, {longest, longest});
    EXPECT_LE(link.header.size(), 900u);
    EXPECT_TRUE(link.header.ends_with('>'));
  }
}

TEST_F(UnsubscribeLinksTest, ReadsTheTokenOutOfWhateverHoldsIt) {
  const UnsubscribeLinks links(key(), "https://mail.example.org/sub");
  const auto link = links.link(CampaignId{7}, to_, {from_, leave_});
  for (const auto& text :
       std::vector<std::string>{token_, link.url, "<" + link.url + ">", link.url + "?x=1",
                                " " + token_ + "\n", "unsubscribe " + token_, "Re: unsubscribe " + token_,
                                "mailto:a@b.example?subject=unsubscribe%20" + token_, link.url + "#top"}) {
    const auto named = links.read(text);
    ASSERT_TRUE(named) << text;
    EXPECT_EQ(named->address_key, "bo@example.org");
  }
  EXPECT_FALSE(links.read(links.example({from_, none_}).url));
  EXPECT_FALSE(links.read(""));
  EXPECT_FALSE(links.read("https://mail.example.org/u/"));
}

}  // namespace
}  // namespace postrider
