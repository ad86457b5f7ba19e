#pragma once
// Pool: what stands behind session_pool.h. Lines by mailbox, those who wait for one, and the watchdog that
// ends waits whose time is up. Only for session_pool.cc and pool.cc. Loop only.

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <unordered_map>
#include <vector>

#include "smtp/entry.h"
#include "smtp/session_limit.h"
#include "smtp/session_pool.h"
#include "smtp/token_wait.h"

namespace postrider {

class Pool final : public LineKeeper, public std::enable_shared_from_this<Pool> {
 public:
  Pool(boost::asio::io_context& loop, const Clock& clock, SmtpOptions options)
      : loop_(loop),
        clock_(clock),
        options_(std::move(options)),
        entry_{options_.our_name.empty() ? full_host_name() : options_.our_name, options_.deadlines,
               options_.observe},
        trust_(options_.ca_file),
        watchdog_(loop) {
    if (!options_.ca_file.empty()) (void)trust_.with({});  // unreadable: said at once
  }

  static Async<std::expected<std::unique_ptr<Session>, Trouble>> open(std::shared_ptr<Pool> pool,
                                                                      MailboxId mailbox,
                                                                      const MailServer& server);
  std::optional<ServerOffers> offers(MailboxId mailbox) const {
    const auto group = groups_.find(mailbox);
    return group == groups_.end() ? std::nullopt : group->second.offers;
  }
  void close_all();
  void close_for_good() {
    closed_ = true;
    close_all();
  }

  const Deadlines& deadlines() const override { return options_.deadlines; }
  void take_back(std::unique_ptr<Line> line) override;
  void drop(std::unique_ptr<Line> line) override;
  std::shared_ptr<Seat> invite(const Line& line) override;
  void call(std::shared_ptr<Seat> seat) override;
  void share_no_more(MailboxId mailbox) override { groups_.at(mailbox).shares = false; }
  void slow_down(MailboxId mailbox) override;
  Async<std::expected<std::unique_ptr<Line>, Trouble>> replace(std::unique_ptr<Line> line) override;

 private:
  using Opened = std::expected<std::unique_ptr<Line>, Trouble>;
  class Turn;

  /// What belongs to one mailbox.
  struct Group {
    MailServer server;
    unsigned settings = 0;  ///< counts changes of `server`: older lines are not used again
    std::vector<std::unique_ptr<Line>> idle;
    int open = 0;      ///< idle, in use, and being opened
    int entering = 0;  ///< of these, those not let in yet
    SessionLimit limit;
    std::deque<Turn*> waiting;
    bool pump_posted = false;
    std::optional<ServerOffers> offers;  ///< of the line opened last
    bool shares = true;                  ///< the server takes envelopes behind a dot, as far as we know
  };

  /// Awaited: one's place in the queue for a session. False when the pool was closed meanwhile.
  class Turn {
   public:
    Turn(Pool& pool, Group& group) : pool_(pool), group_(group) {}
    Turn(const Turn&) = delete;
    ~Turn() {
      if (waiter_) std::erase(group_.waiting, this);
    }
    bool await_ready() const { return group_.waiting.empty() && pool_.has_room(group_); }
    void await_suspend(std::coroutine_handle<> waiter) {
      waiter_ = waiter;
      group_.waiting.push_back(this);
    }
    bool await_resume() const { return !closed_; }
    /// Its session is free, or may be opened.
    void call() { std::exchange(waiter_, {}).resume(); }
    /// It may go on behind another.
    void call(std::shared_ptr<Seat> seat) {
      seat_ = std::move(seat);
      call();
    }
    void close() {
      closed_ = true;
      call();
    }
    std::shared_ptr<Seat> seat() { return std::move(seat_); }

   private:
    Pool& pool_;
    Group& group_;
    std::coroutine_handle<> waiter_;
    std::shared_ptr<Seat> seat_;
    bool closed_ = false;
  };

  /// One of the mailbox's places, given back unless it was kept: also when the coroutine that is
  /// opening a session is destroyed half-way.
  class Place {
   public:
    Place(Pool& pool, Group& group) : pool_(pool), group_(group) { ++group_.entering; }
    Place(const Place&) = delete;
    ~Place() {
      --group_.entering;
      if (kept_) return;
      if (connection_) pool_.unwatch(*connection_);
      pool_.give_back_place(group_);
    }
    /// The line that is dialled now; one dialled before is hung up.
    void use(std::shared_ptr<Connection> connection) {
      if (connection_) pool_.unwatch(*connection_);
      connection_ = std::move(connection);
      pool_.watch(connection_);
    }
    void keep() { kept_ = true; }

   private:
    Pool& pool_;
    Group& group_;
    std::shared_ptr<Connection> connection_;
    bool kept_ = false;
  };

  void adopt(Group& group, const MailServer& server);
  int allowed(const Group& group) const {
    return group.limit.allowed(group.server.max_sessions,
                               group.limit.is_lowered() ? clock_.boot_now() : BootTime{});
  }
  bool has_room(const Group& group) const { return !group.idle.empty() || group.open < allowed(group); }
  std::unique_ptr<Line> take_idle(Group& group);
  Async<Opened> open_line(MailboxId mailbox, Group& group);
  bool is_usable(const Line& line, const Group& group) const;
  void retire(Group& group, std::unique_ptr<Line> line);
  void forget(Group& group, Connection& connection);
  void unwatch(Connection& connection);
  void give_back_place(Group& group);
  void watch(std::shared_ptr<Connection> connection);
  void start_watchdog();
  void look_around();
  void pump_later(Group& group);
  void pump(Group& group);

  boost::asio::io_context& loop_;
  const Clock& clock_;
  SmtpOptions options_;
  EntryOptions entry_;
  TlsContexts trust_;
  SaltedKeys keys_;  ///< for SCRAM, of all mailboxes
  boost::asio::steady_timer watchdog_;
  bool watching_ = false;
  std::unordered_map<MailboxId, Group> groups_;  ///< never shrinks: references stay good
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<TokenWait*> token_waits_;
  unsigned closings_ = 0;
  bool closed_ = false;
};

}  // namespace postrider
