#pragma once
// What the tests of the Cloud Tasks face stand on: the face over HTTP tasks in memory and over campaigns in a
// real store, asked without a wire. Tests only.

#include "http/api_test.h"
#include "http/cloud_tasks/face.h"
#include "http/cloud_tasks/http_tasks_fake_test.h"

namespace postrider {

inline constexpr const char* kLocation = "/v2/projects/p1/locations/us-east1";
inline constexpr const char* kQueue = "/v2/projects/p1/locations/us-east1/queues/q1";
inline constexpr const char* kTasksPath = "/v2/projects/p1/locations/us-east1/queues/q1/tasks";
inline constexpr const char* kQueueName = "projects/p1/locations/us-east1/queues/q1";
inline constexpr const char* kCampaignQueue =
    "/v2/projects/local/locations/us-east1/queues/email-campaign-queue";

class CloudTasksTest : public ApiTest, protected CloudTasksWorld {
 protected:
  CloudTasksTest() : key_(key(std::nullopt, {"tasks"})) { api_ = make_cloud_tasks_face(*this, *this); }

  HttpTaskStore& http_tasks() override { return http_tasks_; }
  void call(ClaimedHttpTask task) override { called_.push_back(std::move(task)); }
  std::string_view campaign_project() const override { return "local"; }
  std::string_view campaign_location() const override { return "us-east1"; }
  std::unique_ptr<CampaignQueues> campaign_queues(ActionContext& actions) override {
    return make_campaign_queues(actions, {"local", "us-east1", "https://mail.example.org"}, run_task_);
  }
  ActAs may_act_as(const Caller&, std::string_view account) const override {
    if (account == "worker@p1.iam.gserviceaccount.com") return ActAs::allowed;
    return account == "boss@p1.iam.gserviceaccount.com" ? ActAs::denied : ActAs::unknown;
  }
  std::string default_url(const QueueName&) const override { return default_url_; }
  bool is_emulator() const override { return emulator_; }

  HttpAnswer get(const std::string& target) { return ask({"GET", target}, key_); }
  HttpAnswer post(const std::string& target, const std::string& body = "{}") {
    return ask({"POST", target, body}, key_);
  }
  HttpAnswer patch(const std::string& target, const std::string& body) {
    return ask({"PATCH", target, body}, key_);
  }
  HttpAnswer remove(const std::string& target) { return ask({"DELETE", target}, key_); }

  /// "NOT_FOUND: …", or the body of a success.
  static std::string said(const HttpAnswer& answer) {
    const auto body = object(answer);
    if (answer.status == 200) return boost::json::serialize(body);
    const auto& error = body.at("error").as_object();
    EXPECT_EQ(error.at("code").to_number<int>(), answer.status);
    return std::string(error.at("status").as_string()) + ": " + std::string(error.at("message").as_string());
  }
  void make_queue() { ASSERT_EQ(post(kLocation + std::string("/queues"), named_queue("q1")).status, 200); }
  static std::string named_queue(const std::string& id, const std::string& more = {}) {
    return "{\"name\":\"projects/p1/locations/us-east1/queues/" + id + "\"" + more + "}";
  }
  static std::string task(const std::string& fields) { return "{\"task\":{" + fields + "}}"; }
  HttpAnswer make_task(const std::string& id) {
    return post(kTasksPath, task("\"name\":\"" + std::string(kQueueName) + "/tasks/" + id +
                                 "\",\"httpRequest\":{\"url\":\"https://example.org/\"}"));
  }

  HttpTasksInMemory http_tasks_{clock_};
  std::vector<ClaimedHttpTask> called_;
  std::string default_url_;
  bool emulator_ = false;
  const std::string key_;
};

}  // namespace postrider
