#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <sstream>

#include "app/control_client.h"
#include "app/control_server.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

class ControlTest : public testing::Test {
 protected:
  ControlTest() {
    std::string name = testing::TempDir() + "control-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    path_ = (directory_ / "a.db.sock").string();
  }
  ~ControlTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<ControlServer> serve(std::function<int(ControlCall&)> run) {
    auto server = std::make_unique<ControlServer>(path_, *log_, std::move(run));
    server->start();
    return server;
  }

  std::optional<Result<int>> call(ControlRequest request = {}) {
    return call_server(path_, request, out_, err_);
  }

  std::filesystem::path directory_;
  std::string path_;
  std::unique_ptr<Log> log_ = make_silent_log();
  std::ostringstream out_, err_;
};

TEST_F(ControlTest, NobodyAnswersWhereNoServerRuns) {
  EXPECT_FALSE(call());
  std::ofstream(path_) << "left by a crash";
  EXPECT_FALSE(call());
}

TEST_F(ControlTest, AVerbGetsTheRequestAndItsWordsAndCodeComeBack) {
  const auto server = serve([](ControlCall& verb) {
    EXPECT_EQ(verb.request.argv, (std::vector<std::string>{"mailbox", "add", "\"ä\"\n"}));
    EXPECT_EQ(verb.request.directory, "/home/ana");
    EXPECT_TRUE(verb.request.terminal);
    EXPECT_EQ(verb.request.columns, 132);
    EXPECT_EQ(verb.request.password, "geheim");
    EXPECT_TRUE(verb.who.starts_with("local:"));
    verb.out << "result ä\n";
    verb.err << "progress\n";
    return 2;
  });
  const auto code = call({.argv = {"mailbox", "add", "\"ä\"\n"},
                          .directory = "/home/ana",
                          .terminal = true,
                          .columns = 132,
                          .password = "geheim"});
  ASSERT_TRUE(code && *code);
  EXPECT_EQ(**code, 2);
  EXPECT_EQ(out_.str(), "result ä\n");
  EXPECT_EQ(err_.str(), "progress\n");
}

TEST_F(ControlTest, MuchOutputArrivesWholeEvenIfAFrameEndsWithinACharacter) {
  std::string much;
  for (int i = 0; i < 50'000; ++i) much += "aäö€";
  const auto server = serve([&](ControlCall& verb) {
    for (std::size_t i = 0; i < much.size(); i += 7) verb.out << std::string_view(much).substr(i, 7);
    return 0;
  });
  ASSERT_TRUE(call());
  EXPECT_EQ(out_.str(), much);
}

TEST_F(ControlTest, TheSocketIsItsOwnersAlone) {
  const auto server = serve([](ControlCall&) { return 0; });
  struct stat about{};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST_F(ControlTest, AVeryLongPathWorksToo) {
  directory_ /= std::string(120, 'd');
  std::filesystem::create_directories(directory_);
  path_ = (directory_ / "a.db.sock").string();
  const auto server = serve([](ControlCall&) { return 5; });
  const auto code = call();
  ASSERT_TRUE(code && *code);
  EXPECT_EQ(**code, 5);
}

TEST_F(ControlTest, PauseWaitsWhileTheCallerIsThereAndSaysWhenItIsGone) {
  std::promise<bool> first, second;
  const auto server = serve([&](ControlCall& verb) {
    first.set_value(verb.pause(1ms));
    second.set_value(verb.pause(60s));
    return 0;
  });
  {
    auto socket = UnixSocket::connect(path_);
    ASSERT_TRUE(socket);
    ASSERT_TRUE(socket->send(encode(ControlRequest{})));
    EXPECT_TRUE(first.get_future().get());
  }
  EXPECT_FALSE(second.get_future().get());
}

TEST_F(ControlTest, AServerThatEndsSaysSoToRunningVerbsAndLetsThemFinish) {
  std::promise<void> waits;
  const auto server = serve([&](ControlCall& verb) {
    waits.set_value();
    EXPECT_FALSE(verb.pause(60s));
    verb.out << "cut short\n";
    return 1;
  });
  auto answer = std::async(std::launch::async, [this] { return call(); });
  waits.get_future().wait();
  EXPECT_TRUE(server->stop(10s));
  const auto code = answer.get();
  ASSERT_TRUE(code && *code);
  EXPECT_EQ(**code, 1);
  EXPECT_EQ(out_.str(), "cut short\n");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ControlTest, MoreCallsThanAllowedAreToldToTryAgain) {
  std::latch all(ControlServer::kMostCalls);
  const auto server = serve([&](ControlCall& verb) {
    all.count_down();
    while (verb.pause(60s)) {
    }
    return 0;
  });
  std::vector<UnixSocket> callers;
  for (int i = 0; i < ControlServer::kMostCalls; ++i) {
    callers.push_back(*UnixSocket::connect(path_));
    ASSERT_TRUE(callers.back().send(encode(ControlRequest{})));
  }
  all.wait();
  const auto code = call();
  ASSERT_TRUE(code && *code);
  EXPECT_EQ(**code, 1);
  EXPECT_NE(err_.str().find("try again"), std::string::npos);
}

TEST_F(ControlTest, ANonsenseRequestIsHungUpOn) {
  const auto server = serve([](ControlCall&) { return 0; });
  auto socket = UnixSocket::connect(path_);
  ASSERT_TRUE(socket && socket->send("hello\n"));
  EXPECT_FALSE(socket->read_line(1000));
}

}  // namespace
}  // namespace postrider
