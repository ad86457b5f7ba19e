#include "smtp/pool.h"

#include <boost/asio/post.hpp>

#include "smtp/delivery_session.h"

namespace postrider {
namespace asio = boost::asio;

namespace {

/// How often one caller may find the server crowded before it is told so.
constexpr int most_refusals = 10;
/// A token may have run out while it was kept; a fresh one that is refused as well tells of another trouble.
constexpr int most_token_logins = 2;

}  // namespace

// ---- opening ----------------------------------------------------------------------------------

Async<std::expected<std::unique_ptr<Session>, Trouble>> Pool::open(std::shared_ptr<Pool> pool,
                                                                   MailboxId mailbox,
                                                                   const MailServer& server) {
  Group& group = pool->groups_[mailbox];
  pool->adopt(group, server);
  for (int refusals = 0;; ++refusals) {
    Turn turn(*pool, group);
    if (!co_await turn) {
      co_return std::unexpected(Trouble{
          Trouble::Kind::stopped, Stage::connect, {}, "Sending was stopped before a session was free."});
    }
    if (auto seat = turn.seat()) co_return std::make_unique<DeliverySession>(pool, std::move(seat));
    if (auto line = pool->take_idle(group)) {
      co_return std::make_unique<DeliverySession>(pool, std::move(line));
    }
    ++group.open;
    auto opening = pool->open_line(mailbox, group);
    auto opened = co_await opening;
    if (opened) co_return std::make_unique<DeliverySession>(pool, std::move(*opened));
    // While others work, one session too many is no fault: this caller waits for one of theirs.
    const int let_in = group.open - group.entering;
    const bool wait = let_in > 0 && refusals < most_refusals && is_crowded(opened.error());
    if (!wait) co_return std::unexpected(std::move(opened.error()));
    group.limit.lower(let_in, pool->clock_.boot_now());
  }
}

/// The caller has counted the new line in `group.open` already.
Async<Pool::Opened> Pool::open_line(MailboxId mailbox, Group& group) {
  auto line = std::make_unique<Line>();
  line->mailbox = mailbox;
  line->settings = group.settings;
  line->closings = closings_;
  MailServer server = group.server;  // the group's may change while we dial
  Place place(*this, group);
  std::shared_ptr<asio::ssl::context> tls;
  if (server.tls != Tls::none && !(tls = trust_.with(server.ca_pem))) {
    co_return std::unexpected(
        Trouble{Trouble::Kind::tls_cert,
                Stage::connect,
                {},
                "The authorities in this mailbox's settings are no certificates in PEM form."});
  }
  for (int logins = 1;; ++logins) {
    if (server.tokens) {
      TokenWait coming(loop_, *server.tokens, token_waits_);
      auto token = co_await coming;
      if (!token) co_return std::unexpected(std::move(token.error()));
      server.password = std::move(*token);
    }
    line->connection = std::make_shared<Connection>(loop_, clock_);
    line->opened = clock_.boot_now();
    place.use(line->connection);
    auto entering = enter(*line, server, tls.get(), keys_, entry_);
    auto trouble = co_await entering;
    if (!trouble) break;
    const bool refused = trouble->kind == Trouble::Kind::token_refused;
    if (refused) server.tokens->forget(server.password);
    line->connection->hang_up();
    if (!refused || logins == most_token_logins) co_return std::unexpected(std::move(*trouble));
  }
  place.keep();
  // With other settings since, it serves the one who waits for it and is not used again.
  if (line->settings == group.settings)
    group.offers = {line->offers.max_size, line->offers.smtputf8, line->offers.pipelining};
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
  const bool share = group.shares && group.open <= allowed(group) && line.offers.pipelining &&
                     line.closings == closings_ && is_usable(line, group) &&
                     line.mails + 1 < options_.mails_per_session;
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
  Connection& connection = *seat->line->connection;
  connection.call_next([seat = std::move(seat)] {
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
  group.limit.forget();
  ++group.settings;
  for (auto& line : std::exchange(group.idle, {})) retire(group, std::move(line));
}

bool Pool::is_usable(const Line& line, const Group& group) const {
  return !closed_ && line.settings == group.settings && line.mails < options_.mails_per_session &&
         clock_.boot_now() - line.opened < options_.age_limit && !line.connection->is_broken() &&
         !line.connection->has_input();
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
  if (!is_usable(*line, group) || group.open > allowed(group)) return retire(group, std::move(line));
  line->was_idle = true;
  line->idle_since = clock_.boot_now();
  line->connection->listen();
  group.idle.push_back(std::move(line));
  pump_later(group);
}

void Pool::slow_down(MailboxId mailbox) {
  Group& group = groups_.at(mailbox);
  group.limit.lower((group.open - group.entering) / 2, clock_.boot_now());
}

void Pool::drop(std::unique_ptr<Line> line) {
  forget(groups_.at(line->mailbox), *line->connection);
}

void Pool::retire(Group& group, std::unique_ptr<Line> line) {
  line->connection->quit();
  forget(group, *line->connection);
}

void Pool::forget(Group& group, Connection& connection) {
  unwatch(connection);
  give_back_place(group);
}

void Pool::unwatch(Connection& connection) {
  if (!connection.is_saying_goodbye()) connection.hang_up();
  std::erase_if(connections_, [&](const auto& one) { return one.get() == &connection; });
  if (connections_.empty()) watchdog_.cancel();
}

void Pool::give_back_place(Group& group) {
  --group.open;
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
    for (auto left = pool->token_waits_.size(); left > 0 && !pool->token_waits_.empty(); --left) {
      TokenWait* const wait = pool->token_waits_.front();
      pool->token_waits_.erase(pool->token_waits_.begin());
      wait->close();
    }
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
    if (group.limit.is_lowered()) pump_later(group);  // it may have risen
  }
}

}  // namespace postrider
