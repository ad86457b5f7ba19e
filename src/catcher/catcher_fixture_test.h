#pragma once
// What the tests of the catcher stand on: a catcher on a loop of its own, and sessions of the smtp
// room that deliver to it. Tests only.

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <thread>

#include "catcher/catcher.h"
#include "smtp/scripted_server_test.h"
#include "smtp/session_pool.h"

namespace postrider {

using Emails = std::vector<std::pair<Envelope, std::string>>;

class CatcherTest : public testing::Test {
 protected:
  CatcherTest() {
    char path[] = "/tmp/catcher_test.XXXXXX";
    directory_ = ::mkdtemp(path);
    options_.directory = directory_ + "/catch";
  }
  ~CatcherTest() override {
    stop();
    std::filesystem::remove_all(directory_);
  }

  void start() {
    catcher_.emplace(clock_, options_);
    catcher_->start(loop_);
    server_.port = catcher_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] { catcher_->stop(); });
    thread_.join();
  }

  std::vector<Outcome> send(const std::vector<std::string>& recipients) {
    Emails emails;
    for (const std::string& recipient : recipients) {
      emails.emplace_back(envelope_to(recipient, 20), "Subject: to " + recipient + "\r\n\r\n.hi\r\n");
    }
    return deliver_all(client_, server_, std::move(emails));
  }
  Outcome send_one(const std::string& recipient) { return send({recipient}).at(0); }

  std::vector<CaughtEmail> caught() { return *list_caught(options_.directory); }

  CatcherOptions options_;
  SmtpOptions client_ = quick_options();
  MailServer server_{.host = "127.0.0.1", .tls = Tls::none, .max_sessions = 1};
  std::string directory_;
  SystemClock clock_;
  boost::asio::io_context loop_{1};
  std::optional<Catcher> catcher_;
  std::thread thread_;
};

}  // namespace postrider
