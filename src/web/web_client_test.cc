#include "web/web_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <future>
#include <thread>

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Takes one connection, hears one request out, answers it with the given bytes and hangs up.
class OneAnswer {
 public:
  explicit OneAnswer(std::string bytes) : bytes_(std::move(bytes)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    ::shutdown(listener_, SHUT_RDWR);
    let_go_.set_value();
    thread_.join();
    ::close(listener_);
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int port() const { return port_; }
  std::string heard() { return heard_.get_future().get(); }

 private:
  void serve() {
    const int caller = ::accept(listener_, nullptr, nullptr);
    if (caller < 0) return;
    std::string request;
    char block[65536];
    std::size_t whole = std::string::npos;
    while (request.size() < whole) {
      const auto n = ::recv(caller, block, sizeof block, 0);
      if (n <= 0) break;
      request.append(block, static_cast<std::size_t>(n));
      if (request.front() == '\x16') break;  // TLS
      const auto end = request.find("\r\n\r\n");
      if (end == request.npos) continue;
      const auto length = request.find("Content-Length: ");
      whole = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
    }
    heard_.set_value(request);
    if (bytes_.empty()) {
      let_go_.get_future().wait();
    } else {
      ::send(caller, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
    }
    ::close(caller);
  }

  std::string bytes_;
  int listener_, port_ = 0;
  std::promise<std::string> heard_;
  std::promise<void> let_go_;
  std::thread thread_;
};

TEST(WebClient, TakesAnAnswerOfAnyStatus) {
  OneAnswer server("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-Reason: none such \r\n\r\nwhere");
  const auto client = make_web_client();
  const auto answer = client->call({.url = server.url("/a?b=c"), .headers = {{"Authorization", "Bearer k"}}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "where");
  EXPECT_EQ(answer->header("x-REASON"), "none such");
  const auto heard = server.heard();
  EXPECT_TRUE(heard.starts_with("GET /a?b=c HTTP/1.1\r\n")) << heard;
  EXPECT_THAT(heard, HasSubstr("Authorization: Bearer k\r\n"));
}

TEST(WebClient, SendsABodyWhole) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const auto client = make_web_client();
  const std::string body(100'000, 'x');
  const auto answer = client->call(
      {.method = "POST", .url = server.url(), .headers = {{"Content-Type", "text/plain"}}, .body = body});
  ASSERT_TRUE(answer) << answer.error().message;
  const auto heard = server.heard();
  EXPECT_TRUE(heard.starts_with("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(heard, Not(HasSubstr("Expect:")));
  EXPECT_EQ(heard.substr(heard.find("\r\n\r\n") + 4), body);
}

TEST(WebClient, UploadsAndTakesPieces) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef");
  const auto client = make_web_client();
  std::string left = "streamed", got;
  WebRequest request{.method = "POST", .url = server.url(), .upload_bytes = left.size()};
  request.upload = [&](char* to, std::size_t) -> std::optional<std::size_t> {
    if (left.empty()) return 0;
    *to = left.front();
    left.erase(0, 1);
    return 1;
  };
  request.piece = [&](std::string_view piece) {
    got += piece;
    return true;
  };
  const auto answer = client->call(std::move(request));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(got, "abcdef");
  EXPECT_TRUE(server.heard().ends_with("\r\n\r\nstreamed"));
}

TEST(WebClient, DoesNotFollow) {
  OneAnswer server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const auto answer = make_web_client()->call({.url = server.url()});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
}

TEST(WebClient, RefusesTooMuch) {
  OneAnswer server("HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000, 'x'));
  const auto answer = make_web_client()->call({.url = server.url("/secret?token=1"), .most_bytes = 1'000});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "answer_too_large");
  EXPECT_EQ(answer.error().message, "The request to http://127.0.0.1:" + std::to_string(server.port()) +
                                        " brought more than 1000 bytes.");
}

TEST(WebClient, SaysWhyNobodyAnswered) {
  const auto client = make_web_client();
  EXPECT_EQ(client->call({.url = "http://127.0.0.1:1/"}).error().code, "cannot_connect");
  EXPECT_EQ(client->call({.url = "http://nobody.invalid/"}).error().code, "name_not_found");
  EXPECT_EQ(client->call({.url = "file:///etc/passwd"}).error().code, "bad_url");
  EXPECT_EQ(client->call({.url = "not a url"}).error().code, "bad_url");
  OneAnswer broken("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(client->call({.url = broken.url()}).error().code, "connection_broke");
  OneAnswer other("220 mail.example ESMTP\r\n");
  EXPECT_EQ(client->call({.url = other.url()}).error().code, "connection_broke");
  OneAnswer clear("this is no TLS at all, and long enough to be one");
  EXPECT_EQ(client->call({.url = "https://127.0.0.1:" + std::to_string(clear.port())}).error().code,
            "tls_failed");
}

TEST(WebClient, GivesUpInTime) {
  OneAnswer silent("");
  const auto answer = make_web_client()->call({.url = silent.url(), .time = 50ms});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "timed_out");
}

TEST(WebClient, ASlowAnswerHoldsUpNoOtherOfTheSameServer) {
  // Takes a second connection while the first is still unanswered.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 8), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const WebRequest request{.url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), .time = 60s};
  timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto client = make_web_client();
  std::promise<void> both;
  std::atomic<int> answered{0};
  for (int n = 0; n < 2; ++n) {
    client->start(request, [&](const Result<WebAnswer>&) {
      if (++answered == 2) both.set_value();
    });
  }
  const int first = ::accept(listener, nullptr, nullptr), second = ::accept(listener, nullptr, nullptr);
  EXPECT_GE(first, 0);
  EXPECT_GE(second, 0);
  ::close(first);
  ::close(second);
  ::close(listener);
  both.get_future().wait();
}

TEST(WebClient, JudgesTheAddressThatANameLeadsTo) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const auto client = make_web_client();
  const auto port = std::to_string(server.port());
  for (const auto& host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    const auto answer =
        client->call({.url = "http://" + std::string(host) + ":" + port, .targets = *TargetRules::parse("")});
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, "target_not_allowed") << host << ": " << answer.error().message;
  }
  // A connection that is kept from a request without rules is not lent to one with rules.
  const auto allowed = client->call({.url = server.url(), .targets = *TargetRules::parse("127.0.0.0/8")});
  EXPECT_TRUE(allowed) << allowed.error().message;
}

TEST(WebClient, EndsWhatIsUnderWayWithItself) {
  OneAnswer silent("");
  std::promise<std::string> ended;
  {
    const auto client = make_web_client();
    client->start({.url = silent.url()}, [&](Result<WebAnswer> answer) {
      ended.set_value(answer ? "answered" : answer.error().code);
    });
    silent.heard();
  }
  EXPECT_EQ(ended.get_future().get(), "client_closed");
}

TEST(WebClient, ShowsOfAUrlOnlyWhereItLeads) {
  EXPECT_EQ(origin_of("https://user:pass@mail.example.org:8443/a?key=1#x"), "https://mail.example.org:8443");
  EXPECT_EQ(origin_of("nothing"), "the given address");
}

TEST(WebClient, SecretsTravelEncryptedOrNotAtAll) {
  for (const auto* url : {"https://example.org", "HTTPS://example.org/x", "http://127.0.0.1:80/",
                          "http://localhost", "http://[::1]:8000/a"})
    EXPECT_TRUE(may_carry_secrets(url)) << url;
  for (const auto* url :
       {"http://example.org", "http://localhost.example.org", "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org", "ftp://localhost", "localhost", "", "http://[::2]/"})
    EXPECT_FALSE(may_carry_secrets(url)) << url;
}

}  // namespace
}  // namespace postrider
