#include "google/cloud_tasks_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <mutex>
#include <optional>

#include "base/base64.h"
#include "base/check.h"
#include "google/cloud_tasks_errors.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr int kTasksOnPage = 1000;  // the most there are

bool is_task_id(std::string_view id) {
  return !id.empty() && id.size() <= 500 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// google.protobuf.Duration: "60s", "1.500s".
std::string duration_text(Micros time) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return millis % 1000 == 0 ? fmt::format("{}s", millis / 1000)
                            : fmt::format("{}.{:03}s", millis / 1000, millis % 1000);
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

CloudTasksOptions tidy(CloudTasksOptions options) {
  options.target = without_slash(std::move(options.target));
  options.url = without_slash(std::move(options.url));
  options.iam_url = without_slash(std::move(options.iam_url));
  if (options.audience.empty()) options.audience = options.target;
  return options;
}

class GoogleAlarms final : public Alarms {
 public:
  /// Whose credentials these are; asked once something is wrong with them.
  using Caller = std::function<std::string()>;

  GoogleAlarms(CloudTasksOptions options, std::unique_ptr<TokenSource> own, TokenSource& tokens,
               std::string quota_project, Caller caller, WebClient& web, const Clock& clock)
      : options_(tidy(std::move(options))),
        queue_url_(options_.url + "/v2/" + options_.queue),
        clock_(clock),
        own_tokens_(std::move(own)),
        caller_(std::move(caller)),
        pump_(web, tokens, clock, options_.pump, std::move(quota_project)) {}

  std::vector<Result<void>> set(std::span<const Alarm> alarms, Micros time) override {
    const auto answers = pump_.run(
        {.count = alarms.size(),
         .request = [&](std::size_t n) { return posting(queue_url_ + "/tasks", task(alarms[n])); },
         .name = [&](std::size_t n) { return alarms[n].name; },
         // What is not found is the queue, or the identity of its tasks.
         .is_for_all = [](const WebAnswer& one) { return one.status == 404 || concerns_whole_queue(one); }},
        time);
    std::vector<Result<void>> results;
    results.reserve(answers.size());
    for (std::size_t n = 0; n < answers.size(); ++n) {
      const auto& answer = answers[n];
      const bool exists =
          answer && answer->status == 409 && read_google_error(*answer).status == "ALREADY_EXISTS";
      if (exists) {
        results.emplace_back();
      } else if (const auto made = read(answer); !made) {
        results.push_back(std::unexpected(made.error()));
      } else if (member_text(*made, "name") != task_name(alarms[n].name)) {
        results.push_back(nonsense());
      } else {
        results.emplace_back();
      }
    }
    return results;
  }

  std::vector<Result<void>> remove(std::span<const std::string> names, Micros time) override {
    const auto answers = pump_.run(
        {.count = names.size(),
         .request =
             [&](std::size_t n) {
               return WebRequest{.method = "DELETE", .url = options_.url + "/v2/" + task_name(names[n])};
             },
         .name = [&](std::size_t n) { return names[n]; },
         .is_for_all = concerns_whole_queue},
        time);
    std::vector<Result<void>> results;
    results.reserve(answers.size());
    for (const auto& answer : answers) {
      const bool gone = answer && answer->status == 404 && read_google_error(*answer).status == "NOT_FOUND";
      if (gone) {
        results.emplace_back();  // the task, or the queue with it
      } else if (const auto done = read(answer); !done) {
        results.push_back(std::unexpected(done.error()));
      } else {
        results.emplace_back();
      }
    }
    return results;
  }

  Result<AlarmQueueState> state() override {
    const auto queue = ask({.url = queue_url_});
    if (!queue) return std::unexpected(queue.error());
    const auto said = member_text(*queue, "state");
    if (said.empty()) return nonsense();
    AlarmQueueState state{.paused = said != "RUNNING", .purged_at = std::nullopt};
    if (const auto purged = member_text(*queue, "purgeTime"); !purged.empty()) {
      const auto at = parse_rfc3339(purged);
      if (!at) return nonsense();
      state.purged_at = *at;
    }
    return state;
  }

  Result<AlarmPage> list(const std::string& after) override {
    auto url = fmt::format("{}/tasks?responseView=BASIC&pageSize={}", queue_url_, kTasksOnPage);
    if (!after.empty()) url += "&pageToken=" + percent_encoded(after);
    const auto body = ask({.url = url});
    if (!body) return std::unexpected(body.error());
    AlarmPage page{.names = {}, .next = member_text(*body, "nextPageToken")};
    const auto before = options_.queue + "/tasks/";
    for (const auto& one : member_array(*body, "tasks")) {
      const auto name = one.is_object() ? member_text(one.as_object(), "name") : std::string();
      if (!name.starts_with(before) || !is_task_id(name.substr(before.size()))) return nonsense();
      page.names.push_back(name.substr(before.size()));
    }
    return page;
  }

  Result<std::vector<LackingPermission>> lacking(const std::vector<std::string>& permissions) override {
    std::vector<std::string> of_queue, of_identity, lacking;
    for (const auto& one : permissions) (one == kActAsPermission ? of_identity : of_queue).push_back(one);
    if (options_.identity.empty()) of_identity.clear();  // nobody to act as
    if (auto asked = lacking_on(queue_url_, of_queue, lacking); !asked) return std::unexpected(asked.error());
    const auto account =
        options_.iam_url + "/v1/projects/-/serviceAccounts/" + percent_encoded(options_.identity);
    if (auto asked = lacking_on(account, of_identity, lacking); !asked) return std::unexpected(asked.error());
    std::vector<LackingPermission> answer;
    for (const auto& one : lacking)
      answer.push_back({one, grant_command(one, {options_.queue, caller(), options_.identity})});
    return answer;
  }

 private:
  std::string task_name(const std::string& id) const {
    CHECK(is_task_id(id));
    return options_.queue + "/tasks/" + id;
  }

  static WebRequest posting(std::string url, const json::object& body) {
    return {.method = "POST",
            .url = std::move(url),
            .headers = {{"Content-Type", "application/json"}},
            .body = json::serialize(body)};
  }

  json::object task(const Alarm& alarm) const {
    json::object request{{"url", options_.target + alarm.path},
                         {"httpMethod", "POST"},
                         {"headers", {{"Content-Type", "application/json"}}},
                         {"body", to_base64(alarm.body)}};
    if (!options_.identity.empty()) {
      request["oidcToken"] = {{"serviceAccountEmail", options_.identity}, {"audience", options_.audience}};
    }
    json::object task{{"name", task_name(alarm.name)},
                      {"httpRequest", std::move(request)},
                      {"dispatchDeadline", duration_text(options_.dispatch_deadline)}};
    if (alarm.at > clock_.wall_now()) task["scheduleTime"] = format_rfc3339(alarm.at);
    return {{"task", std::move(task)}, {"responseView", "BASIC"}};
  }

  static std::unexpected<Error> nonsense() {
    return unavailable("alarms_unavailable",
                       "What answers in the place of Cloud Tasks is not Cloud Tasks. Try again.");
  }

  /// What a successful answer holds.
  Result<json::object> read(const Result<WebAnswer>& answer) {
    if (!answer) return std::unexpected(alarm_error_of(answer.error()));
    if (answer->status != 200) {
      const bool on_us = answer->status == 403;
      return std::unexpected(alarm_error_of(*answer, {.queue = options_.queue,
                                                      .caller = on_us ? caller() : std::string(),
                                                      .identity = options_.identity}));
    }
    json::error_code bad;
    auto body = json::parse(answer->body, bad);
    if (bad || !body.is_object()) return nonsense();
    return std::move(body.as_object());
  }

  Result<json::object> ask(const WebRequest& request) {
    const auto answers = pump_.run({.count = 1,
                                    .request = [&](std::size_t) { return request; },
                                    .name = [&](std::size_t) { return request.url; }},
                                   options_.one_question);
    return read(answers.front());
  }

  Result<void> lacking_on(const std::string& resource, const std::vector<std::string>& permissions,
                          std::vector<std::string>& lacking) {
    if (permissions.empty()) return {};
    json::array asked;
    for (const auto& one : permissions) asked.emplace_back(one);
    const auto body = ask(posting(resource + ":testIamPermissions", {{"permissions", std::move(asked)}}));
    if (!body) return std::unexpected(body.error());
    const auto& granted = member_array(*body, "permissions");
    std::ranges::copy_if(permissions, std::back_inserter(lacking), [&](const auto& one) {
      return std::ranges::find(granted, json::value(one)) == granted.end();
    });
    return {};
  }

  std::string caller() {
    const std::lock_guard lock(caller_mutex_);
    if (!known_caller_) known_caller_ = caller_();
    return *known_caller_;
  }

  const CloudTasksOptions options_;
  const std::string queue_url_;
  const Clock& clock_;
  const std::unique_ptr<TokenSource> own_tokens_;
  const Caller caller_;
  std::mutex caller_mutex_;
  std::optional<std::string> known_caller_;
  RequestPump pump_;
};

}  // namespace

std::unique_ptr<Alarms> make_google_alarms(CloudTasksOptions options, Credentials credentials, WebClient& web,
                                           const Clock& clock) {
  auto tokens = make_token_source(credentials, kCloudPlatformScope, web, clock);
  auto& source = *tokens;
  const auto* consent = std::get_if<Consent>(&credentials);
  auto quota_project = consent == nullptr ? std::string() : consent->quota_project;
  return std::make_unique<GoogleAlarms>(
      std::move(options), std::move(tokens), source, std::move(quota_project),
      [credentials = std::move(credentials), &web] { return ask_account(credentials, web); }, web, clock);
}

std::unique_ptr<Alarms> make_google_alarms(CloudTasksOptions options, TokenSource& tokens, std::string caller,
                                           WebClient& web, const Clock& clock) {
  return std::make_unique<GoogleAlarms>(
      std::move(options), nullptr, tokens, std::string(), [caller = std::move(caller)] { return caller; },
      web, clock);
}

}  // namespace postrider
