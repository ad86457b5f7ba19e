#include "actions/unsubscribe.h"

#include "actions/action_test.h"
#include "actions/check_in_full.h"
#include "actions/start_campaign.h"
#include "actions/suppressions.h"
#include "actions/test_campaign.h"
#include "actions/update_campaign.h"
#include "actions/write_email.h"

namespace postrider {
namespace {

class Unsubscribe : public ActionTest {
 protected:
  std::string link_to(CampaignId id, const std::string& address) {
    const auto to = parse_address(address).value();
    const Address from{"ana", "example.com"};
    const std::optional<Address> none;
    return links_.link(id, to, {from, none}).url;
  }
  static CampaignChange newsletter() {
    auto change = letter();
    change.kind = CampaignKind::newsletter;
    change.message = "News for {{ Company }}. Leave: {{ unsubscribe_url }}\n";
    return change;
  }
  static bool says(const std::vector<std::string>& warnings, std::string_view words) {
    return std::ranges::any_of(warnings, [&](const auto& one) { return one.find(words) != one.npos; });
  }
  static std::vector<std::string> codes(const std::vector<Problem>& problems) {
    std::vector<std::string> found;
    for (const auto& problem : problems) found.push_back(problem.code);
    return found;
  }
};

TEST_F(Unsubscribe, ALookChangesNothingAndTheActDoesItOnce) {
  add_office();
  const auto id = create(kThreePeople)->id;
  ASSERT_TRUE(start_campaign(context_, id, {})->started());
  const auto link = link_to(id, "bo@example.com");
  for (int i = 0; i < 3; ++i) {
    const auto view = look_up_unsubscribe(context_, link);
    EXPECT_EQ(view->masked, "b…@example.com");
    EXPECT_FALSE(view->unsubscribed);
  }
  EXPECT_TRUE(store().suppressions("", 10).empty());

  const auto done = unsubscribe(context_, link);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->view.masked, "b…@example.com");
  EXPECT_TRUE(unsubscribe(context_, link)->view.unsubscribed) << "again is fine";
  const auto kept = store().suppressions("", 10);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].key, "bo@example.com");
  EXPECT_EQ(kept[0].kind, SuppressionKind::unsubscribed);
  EXPECT_EQ(kept[0].campaign, id);
  EXPECT_TRUE(look_up_unsubscribe(context_, link)->unsubscribed);
  EXPECT_EQ(work(accepted), 2);
  EXPECT_EQ(store().campaign(id)->counts.skipped, 1);
}

TEST_F(Unsubscribe, ALinkOutlivesItsCampaign) {
  add_office();
  const auto id = create(kThreePeople)->id;
  const auto link = link_to(id, "cy@example.com");
  ASSERT_TRUE(store().delete_campaign(id));
  EXPECT_TRUE(unsubscribe(context_, link));
  EXPECT_TRUE(store().find_suppression({"cy", "example.com"}));
  const auto again = create(kThreePeople);
  EXPECT_EQ(again->list.suppressed, 1);
  // Another key of the installation would be another seal, not another token: the key is kept.
  EXPECT_EQ(UnsubscribeLinks(open_unsubscribe_key(store(), secrets_).value(), "").read(link)->address_key,
            "cy@example.com");
  const auto other = SecretBox::from_secret("quite another secret than that").value();
  EXPECT_EQ(open_unsubscribe_key(store(), other).error().code, "secret_unreadable");
}

TEST_F(Unsubscribe, AnUnknownLinkIsNotFoundAndSaysNoMore) {
  for (const std::string bad : {"", "x", "https://mail.example.org/u/", "https://mail.example.org/u/AAAA"}) {
    for (const auto& error :
         {look_up_unsubscribe(context_, bad).error(), unsubscribe(context_, bad).error()}) {
      EXPECT_EQ(error.kind, Error::Kind::not_found);
      EXPECT_EQ(error.code, "unsubscribe_link_unknown");
    }
  }
  EXPECT_TRUE(store().suppressions("", 10).empty());
}

TEST_F(Unsubscribe, PreviewAndTestHoldAnExampleThatDoesNothing) {
  add_office();
  auto change = letter();
  change.message = "Leave: {{ unsubscribe_url }}";
  const auto id = create(kThreePeople, change)->id;
  const auto written = write_email(context_, id, "1").value();
  EXPECT_NE(written.parts.text.find("https://mail.example.org/u/example"), std::string::npos);
  EXPECT_EQ(written.parts.list_unsubscribe, "<https://mail.example.org/u/example>");
  ASSERT_TRUE(test_campaign(context_, id, {.to = "me@example.net"}));
  EXPECT_NE(sent_.find("\r\nList-Unsubscribe: <https://mail.example.org/u/example>\r\n"), std::string::npos);
  EXPECT_TRUE(look_up_unsubscribe(context_, "https://mail.example.org/u/example")->example);
  EXPECT_TRUE(unsubscribe(context_, "https://mail.example.org/u/example")->view.example);
  EXPECT_TRUE(store().suppressions("", 10).empty());
}

TEST_F(Unsubscribe, ANewsletterNeedsALinkAndAPostalAddress) {
  add_office();
  auto change = newsletter();
  change.message = "News for {{ Company }}.";
  const auto created = create(kThreePeople, change);
  EXPECT_EQ(codes(created->problems), (std::vector<std::string>{"no_unsubscribe_link", "no_postal_address"}));
  EXPECT_FALSE(start_campaign(context_, created->id, {})->started());

  MailboxChange footer;
  footer.postal_address = "Acme, 1 Main Street";
  footer.footer = "No more: {{ unsubscribe_url }}";
  ASSERT_TRUE(update_mailbox(context_, "office", footer));
  EXPECT_TRUE(start_campaign(context_, created->id, {})->started());
  const auto written = write_email(context_, created->id, "1").value();
  EXPECT_TRUE(written.parts.text.ends_with(
      "\n\nNo more: https://mail.example.org/u/example\n\nAcme, 1 Main Street\n"));

  footer = {};
  footer.footer = "{{ name }}";
  EXPECT_EQ(update_mailbox(context_, "office", footer).error().code, "bad_mailbox");
  footer = {};
  footer.unsubscribe_address = "nobody";
  EXPECT_EQ(update_mailbox(context_, "office", footer).error().code, "bad_mailbox");
  change.list_unsubscribe = false;
  EXPECT_EQ(create(kThreePeople, change).error().code, "bad_list_unsubscribe");
}

TEST_F(Unsubscribe, APersonalCampaignIsWarnedAndMayGoWithoutTheHeaders) {
  add_office();
  auto change = letter();
  change.list_unsubscribe = false;
  const auto created = create("Email,Company,Unsubscribe_URL\nbo@example.com,Bolt,x\n", change);
  EXPECT_TRUE(created->problems.empty());
  auto check = check_in_full(context_, created->id);
  EXPECT_TRUE(check->problems.empty());
  EXPECT_TRUE(says(check->warnings, "holds {{ unsubscribe_url }}"));
  EXPECT_TRUE(says(check->warnings, "names no postal address"));
  EXPECT_TRUE(says(check->warnings, "column \"Unsubscribe_URL\" cannot be used"));
  EXPECT_FALSE(says(check->warnings, "PUBLIC_URL"));
  EXPECT_EQ(write_email(context_, created->id, "1")->parts.list_unsubscribe, "");

  // A person may have turned it off before it became a newsletter.
  change = {};
  change.kind = CampaignKind::newsletter;
  ASSERT_TRUE(update_campaign(context_, created->id, change));
  EXPECT_TRUE(store().campaign(created->id)->content.list_unsubscribe);
}

TEST_F(Unsubscribe, WithoutAPublicUrlItIsAMailAndTheCheckSaysSo) {
  add_office();
  const auto id = create(kThreePeople)->id;
  const UnsubscribeLinks by_mail(open_unsubscribe_key(store(), secrets_).value(), "");
  ActionContext context{.store = store(),
                        .accounts = store_->accounts(),
                        .templates = store_->templates(),
                        .sheet_store = store_->sheets(),
                        .clock = clock_,
                        .secrets = secrets_,
                        .links = by_mail};
  EXPECT_TRUE(says(check_in_full(context, id)->warnings, "Without PUBLIC_URL"));
  const auto parts = write_email(context, id, "1")->parts;
  EXPECT_EQ(parts.list_unsubscribe, "<mailto:ana@example.com?subject=unsubscribe%20example>");
  EXPECT_FALSE(parts.one_click);
}

}  // namespace
}  // namespace postrider
