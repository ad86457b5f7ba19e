#include "http/server.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

namespace postrider {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

class HttpServerTest : public testing::Test {
 protected:
  void serve(HttpLimits limits = {}) {
    server_ = make_http_server(loop_, *log_, limits);
    const auto taken = server_->listen({"127.0.0.1", 0});
    ASSERT_TRUE(taken);
    where_ = *taken;
    server_->start();
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~HttpServerTest() override {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] { server_->stop(); });
    thread_.join();
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
    std::string heard;
    boost::asio::read(socket, boost::asio::dynamic_buffer(heard), bad);
    return heard;
  }

  std::unique_ptr<Log> log_ = make_silent_log();
  boost::asio::io_context loop_, client_;
  std::unique_ptr<HttpServer> server_;
  ListenAddress where_;
  std::thread thread_;
};

TEST_F(HttpServerTest, LivezSaysOk) {
  serve();
  const auto heard = say("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200 OK\r\n")) << heard;
  EXPECT_TRUE(heard.ends_with("\r\n\r\nok\n")) << heard;
}

TEST_F(HttpServerTest, OneConnectionCarriesManyRequests) {
  serve();
  const auto heard =
      say("GET /livez HTTP/1.1\r\nHost: x\r\n\r\nHEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n"
          "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(heard.find("ok\nHTTP/1.1 200 OK"), std::string::npos) << heard;
  EXPECT_NE(heard.find("\r\n\r\nHTTP/1.1 404 Not Found"), std::string::npos) << heard;
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
}

TEST_F(HttpServerTest, WhatIsNoHttpIsRefused) {
  serve();
  EXPECT_TRUE(say("EHLO me\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, ACallerWhoSaysNothingIsClosedInTime) {
  serve({.request_time = 50ms});
  EXPECT_EQ(say("GET /livez HTTP/1.1\r\nHos"), "");
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
  boost::asio::io_context other;
  const auto second = make_http_server(other, *log_)->listen(where_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "address_in_use");
  EXPECT_NE(second.error().message.find(where_.text()), std::string::npos);
}

}  // namespace
}  // namespace postrider
