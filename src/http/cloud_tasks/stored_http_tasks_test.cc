// The face over the store of HTTP tasks itself.

#include <set>

#include "http/cloud_tasks/cloud_tasks_test.h"

namespace postrider {
namespace {

class CloudTasksOverTheStore : public CloudTasksTest {
 protected:
  HttpTaskStore& http_tasks() override { return store_->http_tasks(); }

  /// Lists all tasks, `size` at a time; how many pages that took.
  int list(int size, std::set<std::string>& names) {
    std::string token;
    int pages = 0;
    do {
      const auto page =
          object(get(kTasksPath + std::string("?pageSize=") + std::to_string(size) + "&pageToken=" + token));
      ++pages;
      token = page.contains("nextPageToken") ? page.at("nextPageToken").as_string().c_str() : "";
      if (!page.contains("tasks")) continue;
      EXPECT_LE(page.at("tasks").as_array().size(), static_cast<std::size_t>(size));
      for (const auto& task : page.at("tasks").as_array())
        EXPECT_TRUE(names.insert(task.as_object().at("name").as_string().c_str()).second);
    } while (!token.empty() && pages < 100);
    return pages;
  }
};

TEST_F(CloudTasksOverTheStore, ATaskIsMadeRunAndGone) {
  make_queue();
  const auto made = make_task("t1");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(said(make_task("t1")), "ALREADY_EXISTS: Requested entity already exists");
  const auto ran = post(kTasksPath + std::string("/t1:run"));
  EXPECT_EQ(object(ran).at("dispatchCount"), 1);
  ASSERT_EQ(called_.size(), 1u);
  const HttpRecord record{
      .key = called_[0].key, .attempt = called_[0].task.dispatch_count, .outcome = {.status = 204}};
  http_tasks().step({&record, 1}, 0);
  EXPECT_TRUE(
      said(get(kTasksPath + std::string("/t1"))).starts_with("NOT_FOUND: The task no longer exists, though"));
  EXPECT_EQ(said(make_task("t1")), "ALREADY_EXISTS: Requested entity already exists");
  EXPECT_EQ(said(remove(kTasksPath + std::string("/t2"))), "NOT_FOUND: Requested entity was not found.");
}

TEST_F(CloudTasksOverTheStore, TasksAreListedOnceEach) {
  make_queue();
  for (int i = 0; i < 25; ++i) ASSERT_EQ(make_task("t" + std::to_string(i)).status, 200);
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(post(kTasksPath, task(R"("httpRequest":{"url":"https://example.org/"})")).status, 200);
  for (const auto& [size, pages] :
       {std::pair{1000, 1}, std::pair{10, 3}, std::pair{30, 1}, std::pair{7, 5}}) {
    std::set<std::string> names;
    EXPECT_EQ(list(size, names), pages) << size;
    EXPECT_EQ(names.size(), 30u) << size;
  }
}

TEST_F(CloudTasksOverTheStore, QueuesAreMadeChangedPausedAndDeleted) {
  make_queue();
  EXPECT_EQ(object(get(kQueue)), object(get(kQueue)));
  EXPECT_EQ(object(post(kQueue + std::string(":pause"))).at("state"), "PAUSED");
  const auto changed = patch(kQueue + std::string("?updateMask=retryConfig.maxDoublings"),
                             R"({"retryConfig":{"maxDoublings":0}})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_FALSE(object(changed).at("retryConfig").as_object().contains("maxDoublings"));
  EXPECT_EQ(object(changed).at("state"), "PAUSED");
  EXPECT_TRUE(object(post(kQueue + std::string(":purge"))).contains("purgeTime"));
  EXPECT_EQ(said(patch(kQueue, R"({"retryConfig":{"maxAttempts":-2}})")),
            "INVALID_ARGUMENT: RetryConfig.maxAttempts must be greater or equal to -1.");
  EXPECT_EQ(said(remove(kQueue)), "{}");
  EXPECT_EQ(said(remove(kQueue)), "NOT_FOUND: Requested entity was not found.");
}

}  // namespace
}  // namespace postrider
