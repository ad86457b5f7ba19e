#include "smtp/mock_sessions.h"

#include "base/crash_point.h"

namespace postrider {
namespace {

class MockSession final : public Session {
 public:
  Async<std::optional<Trouble>> offer(const Envelope&) override {
    crash_point("envelope_sent");
    co_return std::nullopt;
  }
  Async<std::optional<Trouble>> send_body(MessageView) override { co_return std::nullopt; }
  Async<std::expected<Reply, Trouble>> commit(MessageView) override {
    crash_point("before_dot");
    crash_point("dot_written");
    crash_point("reply_read");
    co_return Reply{250, "", "OK (Mock Mode)"};
  }
};

class MockSessions final : public Sessions {
 public:
  Async<std::expected<std::unique_ptr<Session>, Trouble>> open(MailboxId, const MailServer&) override {
    co_return std::make_unique<MockSession>();
  }
  void close_all() override {}
};

}  // namespace

std::unique_ptr<Sessions> make_mock_sessions() {
  return std::make_unique<MockSessions>();
}

}  // namespace postrider
