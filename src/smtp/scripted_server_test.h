#pragma once
// For tests: a mail server on a thread of its own that follows a script, connection after
// connection, so that it can misbehave in ways no real server would. Each connection has a thread too. One
// test uses one server.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "smtp/certificate_test.h"
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
/// Says what is made of all that was heard so far.
struct Answer {
  std::function<std::string(const std::string& heard)> make;
};
/// Shakes hands as a TLS server; from here on all is encrypted.
struct Encrypt {};
/// Waits until somebody grants it: another script, or the test by grant().
struct Pass {};
struct Grant {};
using Script = std::vector<std::variant<Say, Hear, AwaitEnd, Answer, Encrypt, Pass, Grant>>;

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
  explicit ScriptedServer(std::vector<Script> scripts, const TestCertificate* certificate = nullptr,
                          int newest_tls = TLS1_3_VERSION)
      : scripts_(std::move(scripts)), heard_(scripts_.size()) {
    if (certificate != nullptr) {
      tls_ = SSL_CTX_new(TLS_server_method());
      SSL_CTX_set_security_level(tls_, 0);
      SSL_CTX_set_min_proto_version(tls_, 0);
      SSL_CTX_set_max_proto_version(tls_, newest_tls);
      certificate->serve(tls_);
    }
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
  ~ScriptedServer() {
    finish();
    SSL_CTX_free(tls_);
  }

  std::uint16_t port() const { return port_; }
  MailServer settings(Tls tls = Tls::none, int max_sessions = 1) const {
    return {.host = "127.0.0.1", .port = port_, .tls = tls, .max_sessions = max_sessions};
  }
  void grant() { passes_.release(); }
  /// Steps done so far, over all connections.
  int steps() const { return steps_; }
  /// All that the client of connection `n` said, after the scripts have ended.
  const std::string& heard(std::size_t n) {
    finish();
    return heard_.at(n);
  }
  std::size_t connections() {
    finish();
    return accepted_;
  }

 private:
  /// One connection; `ssl` is set once it is encrypted.
  struct Client {
    int socket;
    SSL* ssl = nullptr;
    std::string& heard;

    void send(const std::string& bytes) {
      if (ssl) {
        (void)SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
      } else {
        (void)!::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      }
    }
    bool read() {
      char bytes[4096];
      const auto size = ssl ? SSL_read(ssl, bytes, sizeof bytes) : ::recv(socket, bytes, sizeof bytes, 0);
      if (size > 0) heard.append(bytes, static_cast<std::size_t>(size));
      return size > 0;
    }
  };

  void finish() {
    if (!thread_.joinable()) return;
    ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
    thread_.join();
    passes_.release(1000);
    for (auto& one : clients_) one.join();
    ::close(listener_);
  }

  void serve() {
    ::signal(SIGPIPE, SIG_IGN);  // SSL_write has no MSG_NOSIGNAL
    for (std::size_t i = 0; i < scripts_.size(); ++i) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      ++accepted_;
      clients_.emplace_back([this, client, i] { follow(scripts_[i], {client, nullptr, heard_[i]}); });
    }
  }

  void follow(const Script& script, Client client) {
    std::size_t consumed = 0;
    for (const auto& step : script) {
      if (const auto* say = std::get_if<Say>(&step)) {
        client.send(say->bytes);
      } else if (const auto* hear = std::get_if<Hear>(&step)) {
        std::size_t at;
        while ((at = client.heard.find(hear->until, consumed)) == std::string::npos && client.read()) {
        }
        if (at != std::string::npos) consumed = at + hear->until.size();
      } else if (const auto* answer = std::get_if<Answer>(&step)) {
        client.send(answer->make(client.heard));
      } else if (std::holds_alternative<Encrypt>(step)) {
        client.ssl = SSL_new(tls_);
        SSL_set_fd(client.ssl, client.socket);
        if (SSL_accept(client.ssl) != 1) break;
      } else if (std::holds_alternative<Pass>(step)) {
        passes_.acquire();
      } else if (std::holds_alternative<Grant>(step)) {
        passes_.release();
      } else {
        while (client.read()) {
        }
      }
      ++steps_;
    }
    SSL_free(client.ssl);
    ::close(client.socket);
  }

  std::vector<Script> scripts_;
  std::vector<std::string> heard_;
  SSL_CTX* tls_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> accepted_ = 0;
  std::atomic<int> steps_ = 0;
  std::counting_semaphore<> passes_{0};
  std::vector<std::thread> clients_;  ///< made by thread_, joined after it
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
