#include "actions/alert_posts.h"

#include <boost/json.hpp>

#include "actions/action_test.h"
#include "actions/alerts.h"
#include "actions/start_campaign.h"
#include "actions/webhook_signature.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kKey = "a key of the tests only";

class CountingLog final : public Log {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<Field>) override {
    events.emplace_back(event);
  }
  std::vector<std::string> events;
};

class AlertPostsTest : public ActionTest {
 protected:
  AlertPostsTest() { add_office(); }

  void finish_campaign() {
    auto change = letter();
    change.message = "Hello.\n";
    const auto id = create("email\nana@example.org\n", change)->id;
    start_campaign(context_, id, {}).value();
    work(accepted);
  }
  void deliver() { posts_.deliver(context_, ""); }
  std::string header(std::string_view name, std::size_t which = 0) const {
    for (const auto& [known, value] : posted_.at(which).headers) {
      if (known == name) return value;
    }
    return {};
  }
  boost::json::object body(std::size_t which = 0) const {
    return boost::json::parse(posted_.at(which).body).as_object();
  }

  std::vector<AlertPost> posted_;
  Result<int> status_ = 204;
  AlertPosts::Wire wire_ = [this](const AlertPost& post) {
    posted_.push_back(post);
    return status_;
  };
  CountingLog log_;
  AlertPosts posts_{
      store_->alerts(), {.to = "https://hooks.example.net", .key = std::string(kKey)}, wire_, log_};
};

TEST_F(AlertPostsTest, AnAlertIsPostedOnceSigned) {
  finish_campaign();
  deliver();
  deliver();
  ASSERT_EQ(posted_.size(), 1u);
  const auto said = body();
  EXPECT_EQ(said.at("cause").as_string(), "campaign_completed");
  EXPECT_EQ(said.at("campaign_id").as_int64(), 1);
  EXPECT_EQ(said.at("campaign_name").as_string(), "Spring");
  EXPECT_TRUE(said.at("mailbox_id").is_null());
  EXPECT_TRUE(said.at("mailbox_name").is_null());
  EXPECT_EQ(said.at("link").as_string(), "https://mail.example.com/api/campaigns/1");
  EXPECT_TRUE(said.at("sentence").as_string().starts_with("Campaign 1 \"Spring\" is finished at "));
  EXPECT_TRUE(parse_rfc3339(std::string(said.at("at").as_string())));
  EXPECT_EQ(header("content-type"), "application/json");
  EXPECT_EQ(header("webhook-id"), said.at("id").as_string());
  EXPECT_EQ(header("webhook-timestamp"), webhook_timestamp(clock_.wall_now()));
  EXPECT_EQ(header("webhook-signature"),
            webhook_signature(kKey, header("webhook-id"), clock_.wall_now(), posted_[0].body));
  EXPECT_TRUE(log_.events.empty());
}

TEST_F(AlertPostsTest, AFailedPostIsRepeatedLaterWithTheSameIdAndANewSignature) {
  finish_campaign();
  status_ = 503;
  deliver();
  deliver();
  ASSERT_EQ(posted_.size(), 1u);
  clock_.advance(5s);
  status_ = std::unexpected(Error{Error::Kind::unavailable, "cannot_connect", "Nobody answers."});
  deliver();
  clock_.advance(9s);
  status_ = 302;
  deliver();
  ASSERT_EQ(posted_.size(), 2u);
  clock_.advance(1s);
  deliver();
  clock_.advance(20s);
  status_ = 200;
  deliver();
  clock_.advance(2h);
  deliver();
  ASSERT_EQ(posted_.size(), 4u);
  EXPECT_EQ(header("webhook-id", 0), header("webhook-id", 3));
  EXPECT_EQ(posted_[0].body, posted_[3].body);
  EXPECT_NE(header("webhook-timestamp", 0), header("webhook-timestamp", 3));
  EXPECT_NE(header("webhook-signature", 0), header("webhook-signature", 3));
}

TEST_F(AlertPostsTest, AfterADayItIsGivenUpWithALineInTheLog) {
  finish_campaign();
  status_ = 500;
  deliver();
  clock_.advance(24h);
  deliver();
  deliver();
  EXPECT_EQ(posted_.size(), 1u);
  EXPECT_EQ(log_.events, std::vector<std::string>{"alert_not_posted"});
}

TEST_F(AlertPostsTest, AReceiverThatIsGoneIsNotAskedAgain) {
  finish_campaign();
  status_ = 410;
  deliver();
  clock_.advance(2h);
  deliver();
  EXPECT_EQ(posted_.size(), 1u);
  EXPECT_EQ(log_.events, std::vector<std::string>{"alert_not_posted"});
}

TEST_F(AlertPostsTest, MailAndPostKnowNothingOfEachOther) {
  Alerts mails(store_->alerts(), {.email = "owner@example.net", .mailbox = ""});
  finish_campaign();
  answer_ = Reply{451, "4.3.0", "later"};
  mails.deliver(context_, "");
  deliver();
  EXPECT_EQ(posted_.size(), 1u);
  clock_.advance(61s);
  answer_ = Reply{250, "2.0.0", "queued"};
  mails.deliver(context_, "");
  deliver();
  EXPECT_EQ(sent_to_.size(), 2u);
  EXPECT_EQ(posted_.size(), 1u);

  clock_.advance(2h);
  finish_campaign();
  status_ = 503;
  deliver();
  mails.deliver(context_, "");
  EXPECT_EQ(sent_to_.size(), 3u);
  clock_.advance(5s);
  status_ = 200;
  deliver();
  mails.deliver(context_, "");
  EXPECT_EQ(sent_to_.size(), 3u);
  EXPECT_EQ(posted_.size(), 3u);
}

TEST_F(AlertPostsTest, WithoutAUrlNothingIsPostedAndNothingKeptForLater) {
  finish_campaign();
  AlertPosts(store_->alerts(), {}, wire_, log_).deliver(context_, "");
  deliver();
  EXPECT_TRUE(posted_.empty());
  EXPECT_TRUE(log_.events.empty());
}

TEST_F(AlertPostsTest, StorageThatTakesNothingIsPostedOnceAnHour) {
  status_ = 503;
  posts_.deliver(context_, "disk full");
  posts_.deliver(context_, "disk full");
  clock_.advance(5s);
  status_ = 200;
  posts_.deliver(context_, "disk full");
  clock_.advance(30min);
  posts_.deliver(context_, "disk full");
  ASSERT_EQ(posted_.size(), 2u);
  EXPECT_EQ(header("webhook-id", 0), header("webhook-id", 1));
  EXPECT_EQ(body(1).at("cause").as_string(), "nothing_can_be_written");
  EXPECT_EQ(body(1).at("link").as_string(), "https://mail.example.com");
  clock_.advance(31min);
  posts_.deliver(context_, "disk full");
  ASSERT_EQ(posted_.size(), 3u);
  EXPECT_NE(header("webhook-id", 1), header("webhook-id", 2));
}

TEST_F(AlertPostsTest, TheWaitGrowsToAnHour) {
  EXPECT_EQ(alert_post_backoff(0), Micros{5s});
  EXPECT_EQ(alert_post_backoff(3), Micros{40s});
  EXPECT_EQ(alert_post_backoff(10), Micros{1h});
  EXPECT_EQ(alert_post_backoff(1000), Micros{1h});
}

TEST(WebhookSignature, IsTheOneOfStandardWebhooks) {
  // The example of the specification and of its libraries.
  const auto key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key);
  EXPECT_EQ(webhook_signature(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", WallTime{1614265330s},
                              "{\"test\": 2432232314}"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, AKeyHasSixteenBytes) {
  EXPECT_EQ(webhook_key("sixteen letters!").value(), "sixteen letters!");
  for (const auto* wrong : {"", "fifteen letters", "whsec_", "whsec_AAAA", "whsec_no base64 at all, this"})
    EXPECT_FALSE(webhook_key(wrong)) << wrong;
}

}  // namespace
}  // namespace postrider
