#include "app/send_one.h"

#include <boost/asio/io_context.hpp>

namespace postrider {
namespace {

using Answer = std::expected<Reply, Trouble>;

Async<Answer> deliver(Sessions& sessions, const MailServer& server, const Envelope& envelope,
                      MessageView message) {
  auto opened = co_await sessions.open(MailboxId{1}, server);
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  const std::unique_ptr<Session> session = std::move(*opened);
  auto trouble = co_await session->offer(envelope);
  if (trouble) co_return std::unexpected(std::move(*trouble));
  auto reply = co_await session->commit(message);
  co_return reply;
}

Async<void> deliver_and_leave(Sessions& sessions, const MailServer& server, const Envelope& envelope,
                              MessageView message, std::optional<Answer>& answer) {
  auto result = co_await deliver(sessions, server, envelope, message);
  answer = std::move(result);
  sessions.close_all();
}

}  // namespace

std::expected<Reply, Trouble> send_one(const MailServer& server, const Envelope& envelope,
                                       MessageView message, const Clock& clock, SmtpOptions options,
                                       Micros patience) {
  auto& wait = options.deadlines;
  wait.connect = wait.greeting = wait.command = patience;
  boost::asio::io_context loop;
  const auto sessions = make_smtp_sessions(loop, clock, std::move(options));
  std::optional<Answer> answer;
  spawn(deliver_and_leave(*sessions, server, envelope, message, answer));
  loop.run();
  if (!answer) return std::unexpected(Trouble{.kind = Trouble::Kind::stopped, .text = "It was broken off."});
  return std::move(*answer);
}

}  // namespace postrider
