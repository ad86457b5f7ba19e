#include "smtp/delivery_session.h"

#include "base/check.h"
#include "base/crash_point.h"
#include "smtp/command.h"
#include "smtp/dot_stuffing.h"

namespace postrider {
namespace {

/// A block must be out within Deadlines::block: at 3 minutes that is at least 500 octets a second.
constexpr std::size_t block_size = 90'000;

/// Awaited by a follower: its leader hands over the line, or says that it is lost.
class Handover {
 public:
  explicit Handover(std::shared_ptr<Seat> seat) : seat_(std::move(seat)) {}
  Handover(const Handover&) = delete;
  ~Handover() { seat_->waiting = {}; }
  bool await_ready() const { return seat_->line != nullptr; }
  void await_suspend(std::coroutine_handle<> follower) { seat_->waiting = follower; }
  void await_resume() const {}

 private:
  std::shared_ptr<Seat> seat_;
};

}  // namespace

DeliverySession::DeliverySession(std::shared_ptr<LineKeeper> keeper, std::unique_ptr<Line> line)
    : keeper_(std::move(keeper)), line_(std::move(line)) {}

DeliverySession::DeliverySession(std::shared_ptr<LineKeeper> keeper, std::shared_ptr<Seat> seat)
    : keeper_(std::move(keeper)), seat_(std::move(seat)) {}

DeliverySession::~DeliverySession() {
  if (seat_) leave_seat();
  if (line_) give_up_line();
}

void DeliverySession::leave_seat() {
  seat_->abandoned = true;
  // Handed over already, but we were not called yet. What we said is on its way: hang up.
  if (seat_->line) keeper_->drop(std::move(seat_->line));
}

/// To the one behind us if there is one, else to the pool.
void DeliverySession::give_up_line() {
  const bool envelope_left = behind_ && !behind_->envelope.empty();
  if (envelope_left && !behind_->abandoned) {
    behind_->lost = state_ != State::ready;
    behind_->line = std::move(line_);
    keeper_->call(std::move(behind_));
  } else if (state_ == State::ready && !envelope_left) {
    keeper_->take_back(std::move(line_));
  } else {
    keeper_->drop(std::move(line_));
  }
}

// ---- the envelope -----------------------------------------------------------------------------

Async<std::optional<Trouble>> DeliverySession::offer(const Envelope& envelope) {
  CHECK(state_ == State::ready);
  bool replaced = false;
  bool minded = false;  // the server refused it behind another
  while (true) {
    const bool ahead = seat_ != nullptr;
    auto offering = ahead ? offer_ahead(envelope) : offer_now(envelope);
    Answer answer = co_await offering;
    if (!answer.trouble) {
      if (minded) keeper_->share_no_more(line_->mailbox);
      state_ = State::offered;
      line_->connection->listen();  // what comes before the dot is out is no answer to it
      co_return std::nullopt;
    }
    if (ahead && line_ && answer.trouble->stage == Stage::mail) {
      // RFC 2920 lets an envelope follow a dot at once; not every server that offers PIPELINING knows. So
      // neither silence nor a refusal there is believed before the envelope was said by itself.
      const auto kind = answer.trouble->kind;
      if (kind == Trouble::Kind::timeout || kind == Trouble::Kind::garbage) {
        keeper_->share_no_more(line_->mailbox);
        answer.stale = true;
      } else if (!answer.lost) {
        minded = true;
        state_ = State::ready;
        continue;
      }
    }
    if (answer.stale && !replaced) {
      // Nothing was accepted, so a fresh line may try again; once, or a sick server keeps us busy.
      replaced = true;
      auto replacement = keeper_->replace(std::move(line_));
      auto fresh = co_await replacement;
      if (!fresh) {
        state_ = State::gone;
        co_return std::move(fresh.error());
      }
      line_ = std::move(*fresh);
      continue;
    }
    state_ = answer.lost ? State::gone : State::ready;
    if (answer.bad_parameter && !answer.lost && !line_->bare_mail) {
      line_->bare_mail = true;
      continue;
    }
    co_return std::move(answer.trouble);
  }
}

/// Says the envelope to the one in front and goes on when the line is ours.
Async<DeliverySession::Answer> DeliverySession::offer_ahead(const Envelope& envelope) {
  if (auto refusal = local_refusal(envelope, seat_->offers)) co_return Answer{std::move(refusal)};
  const auto commands = spell(envelope, seat_->offers, seat_->bare_mail, /*reset=*/false);
  if (!commands) co_return Answer{commands.error()};
  seat_->envelope = commands->text;
  state_ = State::offering;
  Handover handover(seat_);
  co_await handover;

  const auto seat = std::exchange(seat_, {});
  line_ = std::move(seat->line);
  if (seat->lost) {
    const auto broken = broke(Stage::mail, *line_->connection);
    co_return Answer{.trouble = broken, .stale = broken.kind != Trouble::Kind::stopped, .lost = true};
  }
  line_->needs_reset = true;
  crash_point("envelope_sent");
  auto conversation = converse(*commands, /*are_sent=*/true, /*may_be_stale=*/true);
  co_return co_await conversation;
}

Async<DeliverySession::Answer> DeliverySession::offer_now(const Envelope& envelope) {
  state_ = State::ready;
  if (auto refusal = local_refusal(envelope, line_->offers)) co_return Answer{std::move(refusal)};
  const auto commands = spell(envelope, line_->offers, line_->bare_mail, line_->needs_reset);
  if (!commands) co_return Answer{commands.error()};
  state_ = State::offering;
  const bool may_be_stale = std::exchange(line_->was_idle, false);
  line_->needs_reset = true;
  const bool pipelines = line_->offers.pipelining;
  if (pipelines) {
    line_->connection->out() += commands->text;
    auto sent = line_->connection->flush(keeper_->deadlines().command);
    co_await sent;  // when it failed, the replies say more
    crash_point("envelope_sent");
  }
  auto conversation = converse(*commands, pipelines, may_be_stale);
  co_return co_await conversation;
}

/// Hears what the server says to each command; says them one by one where they are not sent already.
Async<DeliverySession::Answer> DeliverySession::converse(const EnvelopeCommands& commands, bool are_sent,
                                                         bool may_be_stale) {
  Connection& connection = *line_->connection;
  const Deadlines& limits = keeper_->deadlines();
  connection.end_waits_at(connection.now() + limits.envelope);
  Answer answer;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < commands.count; ++i) {
    const auto& step = commands.steps[i];
    if (!are_sent) {
      connection.out().assign(commands.text, begin, step.end - begin);
      begin = step.end;
      auto sent = connection.flush(limits.command);
      co_await sent;
      if (step.stage == Stage::data) crash_point("envelope_sent");
    }
    auto heard = connection.reply(step.stage == Stage::data ? limits.data : limits.command);
    if (!co_await heard) {
      answer.stale = may_be_stale && i == 0 && connection.broken().kind == Trouble::Kind::closed;
      answer.lost = true;
      if (!answer.trouble) answer.trouble = broke(step.stage, connection);
      co_return answer;
    }
    const int code = connection.heard().code();
    const bool stale = may_be_stale && i == 0;  // a goodbye to an idle line, or its share of mails is used up
    if ((code == 421 && !stale) || code == 432) keeper_->slow_down(line_->mailbox);
    if (code == 421) {
      answer.stale = stale;
      answer.lost = true;
      if (!answer.trouble) answer.trouble = refused(step.stage, connection);
      co_return answer;
    }
    if (step.reset) continue;
    const bool wanted = step.stage == Stage::data ? code == 354 : code / 100 == 2;
    if (step.stage == Stage::data && code == 354 && answer.trouble) {
      auto taken_back = take_back_data();
      answer.lost = !co_await taken_back;
      co_return answer;
    }
    if (wanted || answer.trouble) continue;
    answer.trouble = refused(step.stage, connection);
    answer.bad_parameter =
        step.stage == Stage::mail && (code == 555 || code == 504) && commands.may_do_without_parameters;
    answer.lost = answer.trouble->kind == Trouble::Kind::garbage;
    if (!are_sent || answer.lost) co_return answer;
  }
  co_return answer;
}

/// The recipient was refused, yet DATA, sent ahead, was taken: a lone dot ends it (RFC 2920 §3.1).
Async<bool> DeliverySession::take_back_data() {
  Connection& connection = *line_->connection;
  connection.out() += final_dot;
  auto sent = connection.flush(keeper_->deadlines().command);
  co_await sent;
  auto heard = connection.reply(keeper_->deadlines().dot);
  if (!co_await heard) co_return false;
  co_return connection.heard().code() != 421;
}

// ---- body and dot -----------------------------------------------------------------------------

/// What the server said, or why it said nothing, while it should have been listening.
Async<Trouble> DeliverySession::hear_early(Trouble::Kind kind) {
  Connection& connection = *line_->connection;
  if (kind == Trouble::Kind::timeout) co_return broke(Stage::body, connection);
  auto heard = connection.reply(keeper_->deadlines().data);
  if (!co_await heard) co_return broke(Stage::body, connection);
  co_return refused(Stage::body, connection);
}

/// Writes the message, and the final dot in the same write as the end of it. Trouble means that
/// the dot did not leave; after success with a dot, nobody knows until the reply is read.
Async<std::optional<Trouble>> DeliverySession::write_body(MessageView message, bool with_dot) {
  Connection& connection = *line_->connection;
  const Deadlines& limits = keeper_->deadlines();
  DotStuffer stuffer(message);
  bool last = message.size() == 0;
  bool first = true;
  do {
    if (!last) stuffer.append(connection.out(), block_size);
    last = stuffer.finished();
    if (last && with_dot) break;
    if (std::exchange(first, false)) {
      const auto seconds = static_cast<std::int64_t>(message.size() / limits.body_octets_a_second);
      connection.end_waits_at(connection.now() + limits.block + std::chrono::seconds{seconds});
    }
    auto sent = connection.flush(limits.block, Connection::OnInput::stop);
    if (co_await sent != Connection::Written::all) {
      auto early = hear_early(connection.broken().kind);
      co_return co_await early;
    }
  } while (!last);
  co_return std::nullopt;
}

Async<std::optional<Trouble>> DeliverySession::send_body(MessageView message) {
  CHECK(state_ == State::offered);
  state_ = State::gone;
  auto body = write_body(message, false);
  auto trouble = co_await body;
  if (!trouble) {
    state_ = State::bodied;
    line_->connection->listen();
  }
  co_return trouble;
}

Async<std::expected<Reply, Trouble>> DeliverySession::commit(MessageView message) {
  CHECK(state_ == State::offered || state_ == State::bodied);
  Connection& connection = *line_->connection;
  const Deadlines& limits = keeper_->deadlines();
  behind_ = keeper_->invite(*line_);
  if (std::exchange(state_, State::gone) == State::offered) {
    auto body = write_body(message, true);
    auto trouble = co_await body;
    if (trouble) co_return std::unexpected(std::move(*trouble));
  }
  if (connection.has_input() || connection.is_broken()) {
    auto early = hear_early(Trouble::Kind::closed);
    co_return std::unexpected(co_await early);
  }

  connection.out() += final_dot;
  const std::string_view ahead = behind_ ? std::string_view{behind_->envelope} : std::string_view{};
  connection.out() += ahead;
  crash_point("before_dot");
  connection.end_waits_at(BootTime::max());  // nothing cuts the wait for this answer short
  connection.set_past_dot(true);
  state_ = State::dotted;
  // On a plain line a dot that did not leave whole was not sent. Under TLS nobody can tell where
  // in the record the line broke, so there the dot counts as sent.
  const bool encrypted = connection.is_encrypted();
  auto sent =
      connection.flush(limits.block, encrypted ? Connection::OnInput::go_on : Connection::OnInput::stop);
  const auto written = co_await sent;
  if (written != Connection::Written::all && !encrypted && connection.unwritten() > ahead.size()) {
    state_ = State::gone;
    connection.set_past_dot(false);
    auto early = hear_early(connection.broken().kind);
    co_return std::unexpected(co_await early);
  }
  crash_point("dot_written");

  auto heard = connection.reply(limits.dot);
  if (!co_await heard) {
    state_ = State::gone;
    if (!ahead.empty()) keeper_->share_no_more(line_->mailbox);  // in case that is what it minded
    co_return std::unexpected(broke(Stage::dot, connection));
  }
  crash_point("reply_read");
  connection.set_past_dot(false);
  line_->needs_reset = false;  // the end of the body ends the transaction (RFC 5321 §4.1.1.4)
  ++line_->mails;
  const int code = connection.heard().code();
  if (code / 100 == 3) {
    state_ = State::gone;
    co_return std::unexpected(refused(Stage::dot, connection));
  }
  state_ = code == 421 ? State::gone : State::ready;
  Reply reply = connection.heard().reply();
  if (code == 421 || code == 432 || (code / 100 == 4 && reply.enhanced.starts_with("4.7."))) {
    keeper_->slow_down(line_->mailbox);
  }
  co_return reply;
}

}  // namespace postrider
