#include "smtp/session_pool.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <unordered_map>
#include <vector>

#include "smtp/delivery_session.h"
#include "smtp/entry.h"

namespace postrider {
namespace asio = boost::asio;

namespace {

bool same_settings(const MailServer& a, const MailServer& b) {
  return a.host == b.host && a.port == b.port && a.tls == b.tls && a.user == b.user &&
         a.password == b.password && a.ca_pem == b.ca_pem && a.pin == b.pin;
}

/// Only a name with a dot says anything to a stranger (RFC 5321 §4.1.4); else the literal it is.
std::string full_host_name() {
  boost::system::error_code error;
  std::string name = asio::ip::host_name(error);
  return error || name.find('.') == std::string::npos ? std::string() : name;
}

class Pool final : public LineKeeper, public std::enable_shared_from_this<Pool> {
 public:
  Pool(asio::io_context& loop, const Clock& clock, SmtpOptions options)
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
  Async<std::expected<std::unique_ptr<Line>, Trouble>> replace(std::unique_ptr<Line> line) override;

 private:
  using Opened = std::expected<std::unique_ptr<Line>, Trouble>;
  class Turn;

  /// What belongs to one mailbox.
  struct Group {
    MailServer server;
    unsigned settings = 0;  ///< counts changes of `server`: older lines are not used again
    std::vector<std::unique_ptr<Line>> idle;
    int open = 0;  ///< idle, in use, and being opened
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
    Place(Pool& pool, Group& group, std::shared_ptr<Connection> connection)
        : pool_(pool), group_(group), connection_(std::move(connection)) {
      pool_.watch(connection_);
    }
    Place(const Place&) = delete;
    ~Place() {
      if (!kept_) pool_.forget(group_, *connection_);
    }
    void keep() { kept_ = true; }

   private:
    Pool& pool_;
    Group& group_;
    std::shared_ptr<Connection> connection_;
    bool kept_ = false;
  };

  void adopt(Group& group, const MailServer& server);
  bool has_room(const Group& group) const {
    return !group.idle.empty() || group.open < std::max(1, group.server.max_sessions);
  }
  std::unique_ptr<Line> take_idle(Group& group);
  Async<Opened> open_line(MailboxId mailbox, Group& group);
  bool is_usable(const Line& line, const Group& group) const;
  void retire(Group& group, std::unique_ptr<Line> line);
  void forget(Group& group, Connection& connection);
  void watch(std::shared_ptr<Connection> connection);
  void start_watchdog();
  void look_around();
  void pump_later(Group& group);
  void pump(Group& group);

  asio::io_context& loop_;
  const Clock& clock_;
  SmtpOptions options_;
  EntryOptions entry_;
  TlsContexts trust_;
  asio::steady_timer watchdog_;
  bool watching_ = false;
  std::unordered_map<MailboxId, Group> groups_;  ///< never shrinks: references stay good
  std::vector<std::shared_ptr<Connection>> connections_;
  unsigned closings_ = 0;
  bool closed_ = false;
};

// ---- opening ----------------------------------------------------------------------------------

Async<std::expected<std::unique_ptr<Session>, Trouble>> Pool::open(std::shared_ptr<Pool> pool,
                                                                   MailboxId mailbox,
                                                                   const MailServer& server) {
  Group& group = pool->groups_[mailbox];
  pool->adopt(group, server);
  Turn turn(*pool, group);
  if (!co_await turn) {
    co_return std::unexpected(Trouble{
        Trouble::Kind::stopped, Stage::connect, {}, "Sending was stopped before a session was free."});
  }
  if (auto seat = turn.seat()) co_return std::make_unique<DeliverySession>(pool, std::move(seat));
  std::unique_ptr<Line> line = pool->take_idle(group);
  if (!line) {
    ++group.open;
    auto opening = pool->open_line(mailbox, group);
    auto opened = co_await opening;
    if (!opened) co_return std::unexpected(std::move(opened.error()));
    line = std::move(*opened);
  }
  co_return std::make_unique<DeliverySession>(pool, std::move(line));
}

/// The caller has counted the new line in `group.open` already.
Async<Pool::Opened> Pool::open_line(MailboxId mailbox, Group& group) {
  auto line = std::make_unique<Line>();
  line->connection = std::make_shared<Connection>(loop_, clock_);
  line->mailbox = mailbox;
  line->settings = group.settings;
  line->closings = closings_;
  const MailServer server = group.server;  // may change while we dial
  Place place(*this, group, line->connection);
  std::shared_ptr<asio::ssl::context> tls;
  if (server.tls != Tls::none && !(tls = trust_.with(server.ca_pem))) {
    co_return std::unexpected(
        Trouble{Trouble::Kind::tls_cert,
                Stage::connect,
                {},
                "The authorities in this mailbox's settings are no certificates in PEM form."});
  }
  auto entering = enter(*line, server, tls.get(), entry_);
  auto trouble = co_await entering;
  if (trouble) co_return std::unexpected(std::move(*trouble));
  group.offers = {line->offers.max_size, line->offers.smtputf8, line->offers.pipelining};
  place.keep();
  co_return line;
}

Async<Pool::Opened> Pool::replace(std::unique_ptr<Line> line) {
  const MailboxId mailbox = line->mailbox;
  Group& group = groups_.at(mailbox);
  const bool closed_since = line->closings != closings_;
  drop(std::move(line));
  if (closed_since) {
    co_return std::unexpected(Trouble{Trouble::Kind::stopped, Stage::connect, {}, "Sending was stopped."});
  }
  ++group.open;  // at once, so that nobody who waits takes the place
  auto opening = open_line(mailbox, group);
  co_return co_await opening;
}

std::shared_ptr<Seat> Pool::invite(const Line& line) {
  Group& group = groups_.at(line.mailbox);
  const bool share = group.shares && line.offers.pipelining && line.closings == closings_ &&
                     is_usable(line, group) && line.mails + 1 < options_.mails_per_session;
  if (!share || group.waiting.empty()) return nullptr;
  auto seat = std::make_shared<Seat>();
  seat->offers = line.offers;
  seat->bare_mail = line.bare_mail;
  Turn* const next = group.waiting.front();
  group.waiting.pop_front();
  next->call(seat);
  return seat;
}

void Pool::call(std::shared_ptr<Seat> seat) {
  asio::post(loop_, [seat = std::move(seat)] {
    if (auto follower = std::exchange(seat->waiting, {})) follower.resume();
  });
}

void Pool::adopt(Group& group, const MailServer& server) {
  if (same_settings(group.server, server)) {
    group.server.max_sessions = server.max_sessions;
    return;
  }
  group.server = server;
  group.shares = true;
  group.offers.reset();
  ++group.settings;
  for (auto& line : std::exchange(group.idle, {})) retire(group, std::move(line));
}

bool Pool::is_usable(const Line& line, const Group& group) const {
  return !closed_ && line.settings == group.settings && line.mails < options_.mails_per_session &&
         !line.connection->is_broken() && !line.connection->has_input();
}

/// The one used last: the others grow old and are hung up.
std::unique_ptr<Line> Pool::take_idle(Group& group) {
  while (!group.idle.empty()) {
    std::unique_ptr<Line> line = std::move(group.idle.back());
    group.idle.pop_back();
    if (is_usable(*line, group)) return line;
    retire(group, std::move(line));
  }
  return nullptr;
}

// ---- coming back ------------------------------------------------------------------------------

void Pool::take_back(std::unique_ptr<Line> line) {
  Group& group = groups_.at(line->mailbox);
  if (!is_usable(*line, group)) return retire(group, std::move(line));
  line->was_idle = true;
  line->idle_since = clock_.boot_now();
  line->connection->listen();
  group.idle.push_back(std::move(line));
  pump_later(group);
}

void Pool::drop(std::unique_ptr<Line> line) {
  forget(groups_.at(line->mailbox), *line->connection);
}

void Pool::retire(Group& group, std::unique_ptr<Line> line) {
  line->connection->quit();
  forget(group, *line->connection);
}

void Pool::forget(Group& group, Connection& connection) {
  --group.open;
  if (!connection.is_saying_goodbye()) connection.hang_up();
  std::erase_if(connections_, [&](const auto& one) { return one.get() == &connection; });
  if (connections_.empty()) watchdog_.cancel();
  pump_later(group);
}

void Pool::close_all() {
  ++closings_;
  for (auto& [mailbox, group] : groups_) {
    for (auto& line : std::exchange(group.idle, {})) retire(group, std::move(line));
  }
  for (const auto& connection : connections_) {
    if (!connection->is_past_dot()) connection->hang_up();
  }
  asio::post(loop_, [pool = shared_from_this()] {
    for (auto& [mailbox, group] : pool->groups_) {
      // Those who come while we call wait on: only as many as there are now.
      for (auto left = group.waiting.size(); left > 0 && !group.waiting.empty(); --left) {
        Turn* const turn = group.waiting.front();
        group.waiting.pop_front();
        turn->close();
      }
    }
  });
}

// ---- those who wait ---------------------------------------------------------------------------

/// Not at once: a session is given back inside somebody's destructor.
void Pool::pump_later(Group& group) {
  if (group.waiting.empty() || std::exchange(group.pump_posted, true)) return;
  asio::post(loop_, [pool = shared_from_this(), &group] {
    group.pump_posted = false;
    pool->pump(group);
  });
}

void Pool::pump(Group& group) {
  while (!group.waiting.empty() && has_room(group)) {
    Turn* const turn = group.waiting.front();
    group.waiting.pop_front();
    turn->call();  // takes its session, or counts it as open, before it waits again
  }
}

// ---- the watchdog -----------------------------------------------------------------------------

void Pool::watch(std::shared_ptr<Connection> connection) {
  connections_.push_back(std::move(connection));
  if (!watching_) start_watchdog();
}

void Pool::start_watchdog() {
  watching_ = true;
  watchdog_.expires_after(options_.watchdog);
  watchdog_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto pool = weak.lock();
    if (!pool) return;
    pool->watching_ = false;
    if (!error) pool->look_around();
    // Without connections there is nothing to watch, and the loop may run out of work.
    if (!pool->connections_.empty()) pool->start_watchdog();
  });
}

void Pool::look_around() {
  const BootTime now = clock_.boot_now();
  for (const auto& connection : std::vector(connections_)) connection->watch(now);
  for (auto& [mailbox, group] : groups_) {
    std::vector<std::unique_ptr<Line>> old;
    std::erase_if(group.idle, [&, &of = group](std::unique_ptr<Line>& line) {
      const bool stay = is_usable(*line, of) && now - line->idle_since < options_.idle_limit;
      if (!stay) old.push_back(std::move(line));
      return !stay;
    });
    for (auto& line : old) retire(group, std::move(line));
  }
}

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
