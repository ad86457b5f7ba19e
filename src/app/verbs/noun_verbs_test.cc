#include "app/verbs/verbs.h"

#include "app/verbs/verb_test.h"

namespace postrider {
namespace {

TEST_F(Verbs, SteerQueuesWithGcloudsFlags) {
  const auto created =
      run({"queue", "create", "slow", "--max-attempts", "5", "--max-retry-duration", "3600s", "--min-backoff",
           "0.1s", "--max-backoff", "10s", "--max-doublings", "3", "--max-dispatches-per-second", "2.5",
           "--max-concurrent-dispatches", "7", "--json"});
  ASSERT_EQ(created.code, 0) << created.out;
  EXPECT_EQ(created.json().at("min_backoff"), "0.1s");
  EXPECT_EQ(created.json().at("max_dispatches_per_second").as_double(), 2.5);
  EXPECT_EQ(run({"queue", "update", "slow", "--max-attempts", "-1", "--json"})
                .json()
                .at("max_attempts")
                .to_number<int>(),
            -1);
  EXPECT_EQ(run({"queue", "pause", "slow", "--json"}).json().at("state"), "PAUSED");
  EXPECT_EQ(run({"queue", "resume", "slow", "--json"}).json().at("state"), "RUNNING");
  EXPECT_NE(run({"queue", "describe", "slow"}).out.find("max-attempts:               unlimited"),
            std::string::npos);
  EXPECT_EQ(run({"queue", "tasks", "slow"}).out, "Queue slow is empty.\n");
  EXPECT_EQ(run({"queue", "purge", "slow"}).out, "Queue slow is purged: 0 tasks removed.\n");
  EXPECT_EQ(run({"queue", "list", "--json"}).json().at("queues").as_array().size(), 2U);
}

TEST_F(Verbs, SteerSuppressions) {
  EXPECT_EQ(run({"suppression", "add", "ana@example.com", "--reason", "asked"}).code, 0);
  EXPECT_EQ(run({"suppression", "add", "example.org"}).code, 0);
  const auto page = run({"suppression", "list", "--limit", "1", "--json"}).json();
  EXPECT_EQ(page.at("suppressions").as_array().at(0).at("key"), "@example.org");
  EXPECT_EQ(page.at("next_after"), "@example.org");
  EXPECT_EQ(run({"suppression", "remove", "example.org"}).code, 0);
  EXPECT_NE(run({"suppression", "list"}).out.find("asked"), std::string::npos);
}

TEST_F(Verbs, UnsubscribeByALinkAndLookBefore) {
  const Address from{"ana", "example.com"};
  const std::optional<Address> none;
  const auto link = links_.link(CampaignId{7}, Address{"bo", "example.com"}, {from, none}).url;
  EXPECT_EQ(run({"unsubscribe", link, "--look"}).out, "b…@example.com has not unsubscribed.\n");
  EXPECT_NE(run({"unsubscribe", link}).out.find("bo@example.com is unsubscribed"), std::string::npos);
  EXPECT_EQ(run({"unsubscribe", link, "--look", "--json"}).json().at("unsubscribed"), true);
  EXPECT_EQ(run({"suppression", "list", "--json"}).json().at("suppressions").as_array().at(0).at("kind"),
            "unsubscribed");
}

TEST_F(Verbs, ResolveWhatIsUncertain) {
  prepare();
  ASSERT_EQ(run({"campaign", "send", "1"}).code, 0);
  work([](const std::string&) {
    return AttemptOutcome{.disposition = Disposition::unknown, .stage = "dot", .reason = "line lost"};
  });
  const auto listed =
      run({"uncertain", "list", "--campaign", "1", "--json"}).json().at("uncertain").as_array();
  ASSERT_EQ(listed.size(), 3U);
  const auto id = [&](std::size_t i) { return std::to_string(listed[i].at("id").to_number<std::int64_t>()); };
  EXPECT_EQ(run({"uncertain", "resolve", id(0), "--as", "sent"}).code, 0);
  EXPECT_EQ(run({"uncertain", "resolve", id(1), "--as", "failed"}).code, 0);
  EXPECT_EQ(run({"uncertain", "resolve", id(2), "--as", "resend"}).code, 0);
  EXPECT_EQ(run({"uncertain", "resolve", id(0), "--as", "sent"}).code, 1);
  work(accepted);
  EXPECT_EQ(store().campaign(CampaignId{1})->counts, (Counts{.sent = 2, .failed = 1}));
  EXPECT_EQ(run({"uncertain", "list"}).out, "No email is uncertain.\n");
}

TEST_F(Verbs, BackUpAndNameTheKey) {
  write("postrider.key", "secret");
  const auto done = run({"backup", "copy.db", "--json"});
  ASSERT_EQ(done.code, 0) << done.out;
  EXPECT_TRUE(std::filesystem::exists(directory_ / "copy.db"));
  EXPECT_EQ(done.json().at("key_file").as_string(), (directory_ / "postrider.key").string());
  EXPECT_NE(run({"backup", "copy.db"}).code, 0);
  EXPECT_EQ(run({"resume", "--restored"}).code, 1);
}

}  // namespace
}  // namespace postrider
