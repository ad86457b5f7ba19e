#include "http/server.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <iterator>
#include <thread>

namespace postrider {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

/// Says what it got: "METHOD target body". "/deny" is refused before its body; "/late" is answered from
/// another thread, and "/later" on a worker, after another thread has said so.
class EchoHandler : public HttpHandler {
 public:
  std::variant<HttpAnswer, std::unique_ptr<HttpTurn>> admit(HttpHead head) override {
    if (head.target == "/deny") return HttpAnswer{.status = 403, .body = "no\n"};
    return std::make_unique<Turn>(std::move(head));
  }

 private:
  class Turn : public HttpTurn {
   public:
    explicit Turn(HttpHead head) : head_(std::move(head)) {}
    BodyLimit limit() const override {
      return {head_.target == "/file" ? 1'000'000u : 1'000u, head_.target == "/file"};
    }
    HttpAnswer answer(HttpBody body) override {
      HttpAnswer answer{.body = head_.method + " " + head_.target + " " + body.bytes};
      if (body.file) answer.body += std::string(std::istreambuf_iterator<char>(*body.file), {});
      if (head_.target.starts_with("/late")) return late(std::move(answer));
      if (head_.target != "/pieces") return answer;
      answer.more = [left = 3](std::string& piece) mutable { return piece = "piece\n", --left > 0; };
      return answer;
    }

   private:
    HttpAnswer late(HttpAnswer answer) const {
      HttpAnswer later;
      later.late = std::make_shared<AwaitedAnswer>();
      later.late->wait = [answer, known = head_.target == "/late"](auto go_on) {
        std::thread([=] { go_on(known ? std::optional{answer} : std::nullopt); }).detach();
      };
      later.late->answer = [answer] { return answer; };
      return later;
    }
    HttpHead head_;
  };
};

class HttpServerTest : public testing::Test {
 protected:
  void serve(HttpLimits limits = {}) {
    server_ = make_http_server(*log_, limits);
    const auto taken = server_->listen({"127.0.0.1", 0});
    ASSERT_TRUE(taken);
    where_ = *taken;
    server_->start(handler_);
  }

  tcp::socket connect() {
    tcp::socket socket(client_);
    socket.connect({boost::asio::ip::make_address(where_.address), where_.port});
    return socket;
  }

  /// Sends `request` and reads until the server closes.
  std::string say(const std::string& request) {
    auto socket = connect();
    boost::system::error_code bad;
    boost::asio::write(socket, boost::asio::buffer(request), bad);
    return hear(socket);
  }
  static std::string hear(tcp::socket& socket) {
    std::string heard;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(heard), end);
    return heard;
  }

  std::unique_ptr<Log> log_ = make_silent_log();
  boost::asio::io_context client_;
  EchoHandler handler_;
  std::unique_ptr<HttpServer> server_;
  ListenAddress where_;
};

TEST_F(HttpServerTest, OneConnectionCarriesManyRequests) {
  serve();
  const auto heard =
      say("GET /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\n\r\n"
          "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200 OK\r\n")) << heard;
  EXPECT_NE(heard.find("GET /a HTTP/1.1 200 OK"), std::string::npos) << heard;
  EXPECT_TRUE(heard.ends_with("\r\n\r\nPOST /c hi")) << heard;
}

TEST_F(HttpServerTest, ALongBodyGoesThroughAFile) {
  serve();
  const std::string body(500'000, 'b');
  const auto heard =
      say("POST /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 500000\r\n\r\n" + body);
  EXPECT_TRUE(heard.ends_with("POST /file " + body)) << heard.substr(0, 500);
}

TEST_F(HttpServerTest, ABodyMayComeInChunks) {
  serve();
  const auto heard =
      say("POST /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_TRUE(heard.ends_with("POST /c abcde")) << heard;
}

TEST_F(HttpServerTest, AnAnswerInPiecesIsChunkedForNewCallersAndPlainForOldOnes) {
  serve();
  const auto heard = say("GET /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(heard.find("Transfer-Encoding: chunked"), std::string::npos) << heard;
  EXPECT_TRUE(heard.ends_with("6\r\npiece\n\r\n6\r\npiece\n\r\n6\r\npiece\n\r\n0\r\n\r\n")) << heard;
  EXPECT_TRUE(say("GET /pieces HTTP/1.0\r\n\r\n").ends_with("GET /pieces piece\npiece\npiece\n"));
}

TEST_F(HttpServerTest, WhoIsRefusedNeedNotSendTheBody) {
  serve();
  const auto heard = say("POST /deny HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nabc");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 403 ")) << heard;
}

TEST_F(HttpServerTest, WhoIsRefusedWithAShortBodyMaySayMore) {
  serve();
  const auto heard =
      say("POST /deny HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
          "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 403 ")) << heard;
  EXPECT_TRUE(heard.ends_with("\r\n\r\nPOST /c hi")) << heard;
}

TEST_F(HttpServerTest, AShortBodyMayComeAfterItsHead) {
  serve();
  auto socket = connect();
  boost::asio::write(socket,
                     boost::asio::buffer(std::string("POST /c HTTP/1.1\r\nHost: x\r\n"
                                                     "Connection: close\r\nContent-Length: 4\r\n\r\nab")));
  boost::asio::write(socket, boost::asio::buffer(std::string("cd")));
  const auto heard = hear(socket);
  EXPECT_TRUE(heard.ends_with("POST /c abcd")) << heard;
}

TEST_F(HttpServerTest, AnAnswerMayComeFromAnotherThread) {
  serve();
  for (const std::string path : {"/late", "/later"}) {
    const auto heard = say("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab" + "POST " +
                           path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\ncd");
    EXPECT_NE(heard.find("POST " + path + " abHTTP/1.1 200"), std::string::npos) << heard;
    EXPECT_TRUE(heard.ends_with("POST " + path + " cd")) << heard;
  }
}

TEST_F(HttpServerTest, ACallerWhoAsksFirstIsToldToGoOn) {
  serve();
  const auto heard = say(
      "POST /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << heard;
}

struct SmuggledRow {
  const char* name;
  const char* request;
};

TEST_F(HttpServerTest, WhatTwoReadersCouldReadInTwoWaysIsRefused) {
  serve();
  for (
      const auto& row :
      {SmuggledRow{
           "length and chunks",
           "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
       SmuggledRow{
           "chunks and length",
           "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
       SmuggledRow{"two lengths",
                   "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
       SmuggledRow{"no length", "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"},
       SmuggledRow{"two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"},
       SmuggledRow{"no host", "GET / HTTP/1.1\r\n\r\n"},
       SmuggledRow{"space before colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n"},
       SmuggledRow{"unknown transfer coding",
                   "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\nTransfer-Encoding: nonsense\r\n\r\n"},
       SmuggledRow{"NUL in a header", nullptr}}) {
    const std::string request =
        row.request ? row.request : std::string("GET / HTTP/1.1\r\nHost: x\r\nA: \0b\r\n\r\n", 34);
    const auto heard = say(request);
    EXPECT_TRUE(heard.starts_with("HTTP/1.1 400 ")) << row.name << ": " << heard;
    EXPECT_NE(heard.find("Connection: close"), std::string::npos) << row.name;
  }
}

TEST_F(HttpServerTest, ACompressedBodyIsRefused) {
  serve();
  EXPECT_TRUE(say("POST /c HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx")
                  .starts_with("HTTP/1.1 415 "));
}

TEST_F(HttpServerTest, HeadersThatAreTooLongAreRefused) {
  serve();
  const auto heard = say("GET /livez HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 431 ")) << heard;
}

TEST_F(HttpServerTest, ABodyThatIsTooLongIsRefused) {
  serve();
  const auto heard = say("POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 413 ")) << heard;
  const std::string body(2'000, 'b');  // all of it comes with its head
  EXPECT_TRUE(say("POST /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2000\r\n\r\n" + body)
                  .starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, WhatIsNoHttpIsRefused) {
  serve();
  EXPECT_TRUE(say("EHLO me\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, ACallerWhoSaysNothingIsClosedInTime) {
  serve({.idle_time = 50ms});
  EXPECT_EQ(say(""), "");
}

TEST_F(HttpServerTest, ASlowHeadIsRefusedInTime) {
  serve({.head_time = 50ms});
  EXPECT_TRUE(say("GET /livez HTTP/1.1\r\nHos").starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, ASlowBodyIsRefusedInTime) {
  serve({.body_time = 50ms});
  EXPECT_TRUE(say("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, MoreCallersThanAllowedAreClosedAtOnce) {
  serve({.connections = 1});
  auto first = connect();
  boost::asio::write(first, boost::asio::buffer(std::string("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")));
  std::string start(12, ' ');
  boost::asio::read(first, boost::asio::buffer(start));  // so the first is really open
  EXPECT_EQ(say(""), "");
}

TEST_F(HttpServerTest, ATakenPortIsNamedInTheError) {
  serve();
  const auto second = make_http_server(*log_)->listen(where_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "address_in_use");
  EXPECT_NE(second.error().message.find(where_.text()), std::string::npos);
}

}  // namespace
}  // namespace postrider
