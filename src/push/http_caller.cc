#include "push/http_caller.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "push/dispatch_request.h"
#include "push/retry_after.h"

namespace postrider {
namespace {

constexpr auto kBetweenWarnings = std::chrono::minutes{1};

/// What the operator can do something about is told; what is only a target's trouble is not worth a line
/// each.
class Reports {
 public:
  Reports(const Clock& clock, Log& log) : clock_(clock), log_(log) {}

  void tell(const std::string& queue, const std::string& url, const std::string& why) {
    const bool ours = why == "target_not_allowed" || why == "bad_url" || why == "account_not_named" ||
                      why == "no_access_tokens";
    if (ours && !is_due(why)) return;
    log_.write(ours ? LogLevel::warning : LogLevel::debug, "task_not_answered",
               {{"queue", queue}, {"why", why}, {"target", origin_of(url)}});
  }

 private:
  bool is_due(const std::string& why) {
    const std::lock_guard lock(mutex_);
    auto& next = next_[why];
    const auto now = clock_.boot_now();
    if (now < next) return false;
    next = now + kBetweenWarnings;
    return true;
  }

  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::map<std::string, BootTime> next_;
};

HttpOutcome outcome_of(const WebAnswer& answer, WallTime now) {
  HttpOutcome outcome{.status = answer.status, .retry_after = std::nullopt};
  if (!outcome.succeeded()) outcome.retry_after = retry_after(answer.header("Retry-After"), now);
  return outcome;
}

class HttpCaller final : public HttpTarget {
 public:
  HttpCaller(WebClient& web, IdTokenSigner& signer, const Clock& clock, Log& log, HttpCallerRules rules)
      : web_(web),
        signer_(signer),
        clock_(clock),
        rules_(std::move(rules)),
        reports_(std::make_shared<Reports>(clock, log)) {}

  void call(const HttpTask& task, std::function<void(HttpOutcome)> done) override {
    const auto token = token_for(task);
    if (!token) {
      reports_->tell(task.queue.queue, task.url, token.error());
      return done({});
    }
    auto request = dispatch_request(task, *token);
    request.targets = rules_.targets;
    web_.start(std::move(request), [reports = reports_, &clock = clock_, done = std::move(done),
                                    queue = task.queue.queue, url = task.url](Result<WebAnswer> answer) {
      if (answer) return done(outcome_of(*answer, clock.wall_now()));
      reports->tell(queue, url, answer.error().code);
      done({});
    });
  }

 private:
  /// Empty: it gets none. The error is a reason for the log.
  std::expected<std::string, std::string> token_for(const HttpTask& task) {
    const auto& token = task.token;
    switch (token.kind) {
      case HttpTaskToken::Kind::none:
        return std::string();
      case HttpTaskToken::Kind::oidc:
        if (std::ranges::find(rules_.service_accounts, token.service_account) ==
            rules_.service_accounts.end())
          return std::unexpected("account_not_named");
        return signer_.token(token.service_account, token.audience.empty() ? task.url : token.audience);
      case HttpTaskToken::Kind::oauth:
        break;  // they open Google's own services, and only Google hands them out
    }
    return std::unexpected("no_access_tokens");
  }

  WebClient& web_;
  IdTokenSigner& signer_;
  const Clock& clock_;
  const HttpCallerRules rules_;
  const std::shared_ptr<Reports> reports_;
};

}  // namespace

std::unique_ptr<HttpTarget> make_http_caller(WebClient& web, IdTokenSigner& signer, const Clock& clock,
                                             Log& log, HttpCallerRules rules) {
  return std::make_unique<HttpCaller>(web, signer, clock, log, std::move(rules));
}

}  // namespace postrider
