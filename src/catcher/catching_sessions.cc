#include "catcher/catching_sessions.h"

#include "base/crash_point.h"
#include "catcher/catch_log.h"

namespace postrider {
namespace {

/// Resumes on the loop once the message is on disk; its number, 0 when it could not be written.
struct Kept {
  Loop& loop;
  CatchLog& log;
  CaughtEmail email;
  std::string message;
  std::int64_t number = 0;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    log.append(std::move(email), std::move(message), [this, waiter](std::int64_t n) {
      loop.post([this, waiter, n] {
        number = n;
        waiter.resume();
      });
    });
  }
  std::int64_t await_resume() const noexcept { return number; }
};

class CatchingSession final : public Session {
 public:
  CatchingSession(Loop& loop, const Clock& clock, std::shared_ptr<CatchLog> log)
      : loop_(loop), clock_(clock), log_(std::move(log)) {}

  Async<std::optional<Trouble>> offer(const Envelope& envelope) override {
    from_ = envelope.from.text();
    to_ = envelope.to.text();
    crash_point("envelope_sent");
    co_return std::nullopt;
  }
  Async<std::optional<Trouble>> send_body(MessageView) override { co_return std::nullopt; }
  Async<std::expected<Reply, Trouble>> commit(MessageView message) override {
    crash_point("before_dot");
    CaughtEmail email;
    email.at = clock_.wall_now();
    email.from = from_;
    email.to = {to_};
    std::string bytes(message.head);
    bytes += message.tail;
    Kept kept{loop_, *log_, std::move(email), std::move(bytes)};
    const auto number = co_await kept;
    crash_point("dot_written");
    crash_point("reply_read");
    if (number == 0) co_return Reply{451, "4.3.0", "The catch log cannot be written."};
    co_return Reply{250, "2.0.0", "kept in the catch log as message " + std::to_string(number)};
  }

 private:
  Loop& loop_;
  const Clock& clock_;
  const std::shared_ptr<CatchLog> log_;
  std::string from_, to_;
};

class CatchingSessions final : public Sessions {
 public:
  CatchingSessions(Loop& loop, Background& background, const Clock& clock, std::string directory)
      : loop_(loop), background_(background), clock_(clock), directory_(std::move(directory)) {}

  Async<std::expected<std::unique_ptr<Session>, Trouble>> open(MailboxId, const MailServer&) override {
    if (!log_) {
      // Work in the background is done in order: whoever comes meanwhile finds it open.
      std::function<void()> open_log = [this] {
        if (!opened_) opened_ = std::make_shared<CatchLog>(directory_, true);
      };
      co_await background_.run(std::move(open_log));
      log_ = opened_;
    }
    co_return std::make_unique<CatchingSession>(loop_, clock_, log_);
  }
  void close_all() override {}

 private:
  Loop& loop_;
  Background& background_;
  const Clock& clock_;
  const std::string directory_;
  std::shared_ptr<CatchLog> opened_;  // touched by the background only, until it is in log_
  std::shared_ptr<CatchLog> log_;
};

}  // namespace

std::unique_ptr<Sessions> make_catching_sessions(Loop& loop, Background& background, const Clock& clock,
                                                 std::string directory) {
  return std::make_unique<CatchingSessions>(loop, background, clock, std::move(directory));
}

}  // namespace postrider
