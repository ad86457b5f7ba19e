#pragma once
// For tests: a mail server on a thread of its own that follows a script, connection after
// connection, so that it can misbehave in ways no real server would. One test uses one server.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "smtp/session_pool.h"

namespace postrider {

struct Say {
  std::string bytes;
};
/// Reads until these bytes have come.
struct Hear {
  std::string until;
};
/// Waits until the client closes the line; what it says meanwhile is noted.
struct AwaitEnd {};

using Script = std::vector<std::variant<Say, Hear, AwaitEnd>>;

/// A server that pipelines, one that does not, and its yes to an envelope.
inline const std::string hello = "250-test\r\n250 PIPELINING\r\n";
inline const std::string lock_step_hello = "250 test\r\n";
inline const std::string go_ahead = "250 a\r\n250 b\r\n354 c\r\n";

/// The script of a connection from its greeting on.
inline Script greeted(Script rest, const std::string& ehlo_answer = hello) {
  Script script{Say{"220 hi\r\n"}, Hear{"EHLO client.test\r\n"}, Say{ehlo_answer}};
  script.insert(script.end(), rest.begin(), rest.end());
  return script;
}

class ScriptedServer {
 public:
  /// One script for each connection, in order. At a script's end the server closes the line.
  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() { finish(); }

  std::uint16_t port() const { return port_; }
  MailServer settings(Tls tls = Tls::none, int max_sessions = 1) const {
    return {.host = "127.0.0.1", .port = port_, .tls = tls, .max_sessions = max_sessions};
  }
  /// All that the client of connection `n` said, after the scripts have ended.
  const std::string& heard(std::size_t n) {
    finish();
    return heard_.at(n);
  }
  std::size_t connections() {
    finish();
    return heard_.size();
  }

 private:
  void finish() {
    if (!thread_.joinable()) return;
    ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
    thread_.join();
    ::close(listener_);
  }

  void serve() {
    for (const Script& script : scripts_) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      heard_.emplace_back();
      std::size_t consumed = 0;
      for (const auto& step : script) {
        if (const auto* say = std::get_if<Say>(&step)) {
          (void)!::send(client, say->bytes.data(), say->bytes.size(), MSG_NOSIGNAL);
        } else if (const auto* hear = std::get_if<Hear>(&step)) {
          std::size_t at;
          while ((at = heard_.back().find(hear->until, consumed)) == std::string::npos && read(client)) {
          }
          if (at != std::string::npos) consumed = at + hear->until.size();
        } else {
          while (read(client)) {
          }
        }
      }
      ::close(client);
    }
  }
  bool read(int client) {
    char bytes[4096];
    const auto size = ::recv(client, bytes, sizeof bytes, 0);
    if (size > 0) heard_.back().append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }

  std::vector<Script> scripts_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<std::string> heard_;
  std::thread thread_;
};

/// Short enough for a test, long enough for a slow machine.
inline SmtpOptions quick_options() {
  SmtpOptions options;
  options.our_name = "client.test";
  options.watchdog = std::chrono::milliseconds{20};
  return options;
}

using Outcome = std::expected<Reply, Trouble>;

inline void expect_trouble(const Outcome& outcome, Trouble::Kind kind, Stage stage, int code = 0) {
  ASSERT_FALSE(outcome.has_value()) << outcome->code << outcome->text;
  EXPECT_EQ(static_cast<int>(outcome.error().kind), static_cast<int>(kind)) << outcome.error().text;
  EXPECT_EQ(static_cast<int>(outcome.error().stage), static_cast<int>(stage)) << outcome.error().text;
  EXPECT_EQ(outcome.error().reply.code, code);
  EXPECT_FALSE(outcome.error().text.empty());
}

inline Envelope envelope_to(std::string local, std::size_t size = 0) {
  return {{"sender", "example.com"}, {std::move(local), "example.net"}, size};
}

/// One email from open() to the reply.
inline Async<Outcome> deliver(Sessions& sessions, MailServer server, Envelope envelope, std::string message,
                              bool body_first = false) {
  auto opening = sessions.open(MailboxId{1}, server);
  auto session = co_await opening;
  if (!session) co_return std::unexpected(std::move(session.error()));
  auto offering = (*session)->offer(envelope);
  auto refused = co_await offering;
  if (refused) co_return std::unexpected(std::move(*refused));
  if (body_first) {
    auto sending = (*session)->send_body(message);
    auto broken = co_await sending;
    if (broken) co_return std::unexpected(std::move(*broken));
  }
  auto committing = (*session)->commit(message);
  co_return co_await committing;
}

/// Delivers the messages one after the other and returns once the loop has no work left.
inline std::vector<Outcome> deliver_all(const SmtpOptions& options, const MailServer& server,
                                        std::vector<std::pair<Envelope, std::string>> emails,
                                        bool body_first = false) {
  boost::asio::io_context loop(1);
  const SystemClock clock;
  const auto sessions = make_smtp_sessions(loop, clock, options);
  std::vector<Outcome> outcomes;
  struct Work {
    static Async<void> run(Sessions& pool, const MailServer& to,
                           std::vector<std::pair<Envelope, std::string>>& all, std::vector<Outcome>& results,
                           bool body_ahead) {
      for (auto& [envelope, message] : all) {
        auto delivery = deliver(pool, to, envelope, message, body_ahead);
        results.push_back(co_await delivery);
      }
      pool.close_all();
    }
  };
  spawn(Work::run(*sessions, server, emails, outcomes, body_first));
  loop.run();
  return outcomes;
}

}  // namespace postrider
