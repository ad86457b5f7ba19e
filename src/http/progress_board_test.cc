#include "http/progress_board.h"

#include "http/api_test.h"

namespace postrider {
namespace {

TEST(ProgressPosition, IsReadBackAndNonsenseIsAnEmptyOne) {
  const ProgressPosition position{{7, 0x1a2b3c4d}, {9, 0xff}};
  EXPECT_EQ(write_position(position), "7.1a2b3c4d-9.000000ff");
  EXPECT_EQ(read_position(write_position(position)), position);
  for (const char* text : {"", "-", "x", "7", "7.", ".1", "x.5", "99999999999999999999.1"})
    EXPECT_TRUE(read_position(text).empty()) << text;
}

class EventsTest : public ApiTest {
 protected:
  std::string listen(const std::string& key, HttpHeaders headers = {}) {
    auto answer = ask({"GET", "/api/campaigns/1/events", {}, std::move(headers)}, key);
    EXPECT_EQ(answer.content_type, "text/event-stream");
    return answer.body;
  }
  static std::string last_id(const std::string& events) {
    const auto at = events.rfind("id: ") + 4;
    return events.substr(at, events.find('\n', at) - at);
  }
};

TEST_F(EventsTest, WhoComesBackHearsOnlyWhatChanged) {
  const auto owner = key(Role::owner);
  ask({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c"})"}, owner);
  const auto first = listen(owner);
  EXPECT_NE(first.find("event: campaign\ndata: {"), first.npos) << first;
  EXPECT_EQ(listen(owner, {{"Last-Event-ID", last_id(first)}}), "retry: 2000\n\n");
  ask({"PUT", "/api/campaigns/1", R"({"name":"b"})"}, owner);
  const auto after = listen(owner, {{"Last-Event-ID", last_id(first)}});
  EXPECT_NE(after.find("\"name\":\"b\""), after.npos) << after;
}

TEST_F(EventsTest, AListenerWhoseKeyIsRevokedIsSentAway) {
  ask({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c"})"}, key(Role::owner));
  const auto made = create_key(context_, {.name = "page", .role = Role::viewer, .scopes = {}, .life = {}});
  auto answer = ask({"GET", "/api/events"}, made->token);
  std::string piece;
  EXPECT_TRUE(answer.more(piece));
  ASSERT_TRUE(revoke_key(context_, made->key.id));
  bool goes_on = true;
  for (int i = 0; i < 20 && goes_on; ++i) goes_on = answer.more(piece);
  EXPECT_FALSE(goes_on);
}

}  // namespace
}  // namespace postrider
