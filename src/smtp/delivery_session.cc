#include "smtp/delivery_session.h"

#include <array>

#include "base/check.h"
#include "base/crash_point.h"
#include "smtp/command.h"
#include "smtp/dot_stuffing.h"

namespace postrider {
namespace {

/// A block must be out within Deadlines::block: at 3 minutes that is at least 500 octets a second.
constexpr std::size_t block_size = 90'000;

Trouble local_reply(Stage stage, const char* enhanced, std::string text) {
  std::string shown = text;
  return {Trouble::Kind::reply, stage, {501, enhanced, std::move(text)}, std::move(shown)};
}

}  // namespace

DeliverySession::DeliverySession(std::shared_ptr<LineKeeper> keeper, std::unique_ptr<Line> line)
    : keeper_(std::move(keeper)), line_(std::move(line)) {}

DeliverySession::~DeliverySession() {
  if (!line_) return;
  if (state_ == State::ready) {
    keeper_->take_back(std::move(line_));
  } else {
    keeper_->drop(std::move(line_));
  }
}

// ---- the envelope -----------------------------------------------------------------------------

std::optional<Trouble> DeliverySession::local_refusal(const Envelope& envelope) const {
  const Capabilities& offers = line_->offers;
  if (offers.max_size > 0 && envelope.size > offers.max_size) {
    return Trouble{Trouble::Kind::too_big,
                   Stage::mail,
                   {},
                   "The message has " + std::to_string(envelope.size) + " octets, the server takes at most " +
                       std::to_string(offers.max_size) + "."};
  }
  if (envelope.needs_smtputf8 && !offers.smtputf8) {
    return Trouble{Trouble::Kind::needs_utf8,
                   Stage::mail,
                   {},
                   "The address has characters beyond ASCII, and the server does not offer SMTPUTF8."};
  }
  return std::nullopt;
}

Async<std::optional<Trouble>> DeliverySession::offer(const Envelope& envelope) {
  CHECK(state_ == State::ready);
  bool replaced = false;
  while (true) {
    if (auto refusal = local_refusal(envelope)) {
      state_ = State::ready;
      co_return refusal;
    }
    state_ = State::offering;
    auto conversation = converse(envelope);
    Answer answer = co_await conversation;
    if (!answer.trouble) {
      state_ = State::offered;
      line_->connection->listen();  // what comes before the dot is out is no answer to it
      co_return std::nullopt;
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

Async<DeliverySession::Answer> DeliverySession::converse(const Envelope& envelope) {
  Line& line = *line_;
  Connection& connection = *line.connection;
  const Deadlines& limits = keeper_->deadlines();
  const bool ahead = line.offers.pipelining;

  MailParameters parameters;
  if (!line.bare_mail && line.offers.size && envelope.size > 0) parameters.size = envelope.size;
  parameters.eight_bit = !line.bare_mail && envelope.has_8bit && line.offers.eight_bit_mime;
  parameters.smtputf8 = envelope.needs_smtputf8;

  // The whole envelope is built first, so that a bad address is refused before a byte is out.
  std::string& out = connection.out();
  struct Step {
    Stage stage;
    bool reset;
    std::size_t end;  ///< of its command in `commands`
  };
  std::array<Step, 4> steps;
  std::size_t count = 0;
  if (line.needs_reset) {
    out += rset_command;
    steps[count++] = {Stage::mail, true, out.size()};
  }
  if (!append_mail(out, envelope.from.local, envelope.from.domain, parameters)) {
    out.clear();
    co_return Answer{local_reply(Stage::mail, "5.1.7", "The sender's address is malformed.")};
  }
  steps[count++] = {Stage::mail, false, out.size()};
  if (!append_rcpt(out, envelope.to.local, envelope.to.domain)) {
    out.clear();
    co_return Answer{local_reply(Stage::rcpt, "5.1.3", "The recipient's address is malformed.")};
  }
  steps[count++] = {Stage::rcpt, false, out.size()};
  out += data_command;
  steps[count++] = {Stage::data, false, out.size()};

  const std::string commands = ahead ? std::string() : std::exchange(out, {});
  const bool may_be_stale = line.was_idle;
  line.was_idle = false;
  line.needs_reset = true;
  if (ahead) {
    auto sent = connection.flush(limits.command);
    co_await sent;  // when it failed, the replies say more
    crash_point("envelope_sent");
  }

  Answer answer;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Step& step = steps[i];
    if (!ahead) {
      out.assign(commands, begin, step.end - begin);
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
    if (code == 421) {
      answer.stale = may_be_stale && i == 0;
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
    answer.bad_parameter = step.stage == Stage::mail && (code == 555 || code == 504) &&
                           (parameters.size || parameters.eight_bit);
    answer.lost = answer.trouble->kind == Trouble::Kind::garbage;
    if (!ahead || answer.lost) co_return answer;
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
Async<std::optional<Trouble>> DeliverySession::write_body(std::string_view message, bool with_dot) {
  Connection& connection = *line_->connection;
  const Deadlines& limits = keeper_->deadlines();
  DotStuffer stuffer(message);
  bool last = message.empty();
  do {
    if (!last) stuffer.append(connection.out(), block_size);
    last = stuffer.finished();
    if (last && with_dot) break;
    auto sent = connection.flush(limits.block, Connection::OnInput::stop);
    if (co_await sent != Connection::Written::all) {
      auto early = hear_early(connection.broken().kind);
      co_return co_await early;
    }
  } while (!last);
  co_return std::nullopt;
}

Async<std::optional<Trouble>> DeliverySession::send_body(std::string_view message) {
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

Async<std::expected<Reply, Trouble>> DeliverySession::commit(std::string_view message) {
  CHECK(state_ == State::offered || state_ == State::bodied);
  Connection& connection = *line_->connection;
  const Deadlines& limits = keeper_->deadlines();
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
  crash_point("before_dot");
  connection.set_past_dot(true);
  state_ = State::dotted;
  // On a plain line a dot that did not leave whole was not sent. Under TLS nobody can tell where
  // in the record the line broke, so there the dot counts as sent.
  const bool encrypted = connection.is_encrypted();
  auto sent =
      connection.flush(limits.block, encrypted ? Connection::OnInput::go_on : Connection::OnInput::stop);
  const auto written = co_await sent;
  if (written != Connection::Written::all && !encrypted && connection.unwritten() > 0) {
    state_ = State::gone;
    connection.set_past_dot(false);
    auto early = hear_early(connection.broken().kind);
    co_return std::unexpected(co_await early);
  }
  crash_point("dot_written");

  auto heard = connection.reply(limits.dot);
  if (!co_await heard) {
    state_ = State::gone;
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
  co_return connection.heard().reply();
}

}  // namespace postrider
