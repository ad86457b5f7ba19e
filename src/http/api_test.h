#pragma once
// What the tests of the API stand on: the whole table of operations over a real store, asked without a
// wire, by a caller of any role. Tests only.

#include <boost/json.hpp>

#include "actions/action_test.h"
#include "actions/api_keys.h"
#include "http/api.h"

namespace postrider {

class ApiTest : public ActionTest, protected ApiWorld {
 protected:
  ApiTest() : api_(make_api(*this, api_operations())) {}

  ActionContext actions(std::string who) override {
    auto context = context_;
    context.who = std::move(who);
    return context;
  }
  const ApiRules& rules() const override { return rules_; }
  RequestStore& requests() override { return store_->requests(); }
  const Clock& clock() const override { return clock_; }
  Log& log() override { return *log_; }
  bool logs_requests() const override { return false; }
  Metrics& metrics() override { return *metrics_; }
  ServerHealth health() override { return health_; }
  std::vector<SettingShown> settings() const override { return {{"PORT", "8000", "default"}}; }
  std::string process() const override { return "0123456789abcdef"; }
  std::string version() const override { return "0.0.0"; }
  std::string environment() const override { return "test"; }
  std::string database_kind() const override { return "sqlite"; }
  std::string database_url() const override { return "sqlite:///postrider.db"; }
  TaskRun run_task(EmailId id) override { return run_task_(id); }
  HttpAnswer shell(const Caller&, HttpBody) override { return {.body = "a verb"}; }

  std::string key(std::optional<Role> role, std::set<std::string> scopes = {}) {
    return create_key(context_, {.name = "test", .role = role, .scopes = std::move(scopes), .life = {}})
        ->token;
  }

  struct Asked {
    std::string method, target;
    std::string body = {};
    HttpHeaders headers = {};
    std::string content_type = "application/json";
  };
  HttpAnswer ask(const Asked& asked, const std::string& key = {}) {
    HttpHead head{
        .method = asked.method, .target = asked.target, .headers = asked.headers, .caller = "192.0.2.1"};
    head.headers.emplace_back("Host", "localhost");
    if (!key.empty()) head.headers.emplace_back("Authorization", "Bearer " + key);
    if (!asked.body.empty()) {
      head.headers.emplace_back("Content-Length", std::to_string(asked.body.size()));
      head.headers.emplace_back("Content-Type", asked.content_type);
    }
    auto turn = api_->admit(std::move(head));
    if (auto* answer = std::get_if<HttpAnswer>(&turn)) return std::move(*answer);
    return std::get<std::unique_ptr<HttpTurn>>(turn)->answer({.bytes = asked.body, .file = nullptr});
  }
  static boost::json::object object(const HttpAnswer& answer) {
    return boost::json::parse(answer.body).as_object();
  }
  static std::string code(const HttpAnswer& answer) {
    return std::string(object(answer).at("code").as_string());
  }
  static std::string header(const HttpAnswer& answer, std::string_view name) {
    for (const auto& [known, value] : answer.headers) {
      if (known == name) return value;
    }
    return {};
  }

  std::unique_ptr<Log> log_ = make_silent_log();
  std::unique_ptr<Metrics> metrics_ = make_metrics();
  ServerHealth health_;
  ApiRules rules_;
  std::function<TaskRun(EmailId)> run_task_ = [](EmailId) { return TaskRun::not_now; };
  std::unique_ptr<HttpHandler> api_;
};

}  // namespace postrider
