#include "smtp/session_pool.h"

#include "smtp/pool.h"

namespace postrider {
namespace {

/// Owns the pool; sessions that are still out keep it alive after this is gone.
class SmtpSessions final : public Sessions {
 public:
  explicit SmtpSessions(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
  ~SmtpSessions() override { pool_->close_for_good(); }
  Async<std::expected<std::unique_ptr<Session>, Trouble>> open(MailboxId mailbox,
                                                               const MailServer& server) override {
    return Pool::open(pool_, mailbox, server);
  }
  std::optional<ServerOffers> offers(MailboxId mailbox) const override { return pool_->offers(mailbox); }
  void close_all() override { pool_->close_all(); }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::unique_ptr<Sessions> make_smtp_sessions(boost::asio::io_context& loop, const Clock& clock,
                                             SmtpOptions options) {
  return std::make_unique<SmtpSessions>(std::make_shared<Pool>(loop, clock, std::move(options)));
}

}  // namespace postrider
