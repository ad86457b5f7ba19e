#pragma once
// For tests: an HTTP/1.1 server on a thread of its own, and one for each connection, which keeps every
// request as it came over the wire and answers with the bytes that the test makes of it. One test uses one
// server.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace postrider {

class RecordingServer {
 public:
  /// The whole answer to a whole request; nothing: the line is closed. Called on the connection's thread; it
  /// may wait by `held`.
  using Script = std::function<std::optional<std::string>(const std::string& request)>;

  explicit RecordingServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 512), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~RecordingServer() {
    stop();
    for (auto& thread : threads_) thread.join();
    for (const int line : lines_) ::close(line);
  }
  RecordingServer(const RecordingServer&) = delete;
  RecordingServer& operator=(const RecordingServer&) = delete;

  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port_) + path;
  }

  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return lines_.size();
  }
  /// Waits until so many requests have come.
  void await(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; }));
  }

  /// For scripts: waits until the test lets them go on, or the server ends.
  void held() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return let_go_; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    let_go_ = true;
    changed_.notify_all();
  }
  /// Nobody answers any more.
  void stop() {
    let_go();
    ::shutdown(listener_, SHUT_RDWR);
    if (acceptor_.joinable()) acceptor_.join();
    const std::lock_guard lock(mutex_);
    if (listener_ >= 0) ::close(listener_);
    listener_ = -1;
    for (const int line : lines_) ::shutdown(line, SHUT_RDWR);
  }

 private:
  static constexpr auto kPatience = std::chrono::seconds{20};

  void accept_all() {
    for (;;) {
      const int line = ::accept(listener_, nullptr, nullptr);
      if (line < 0) return;
      const std::lock_guard lock(mutex_);
      lines_.push_back(line);
      threads_.emplace_back([this, line] { serve(line); });
    }
  }

  /// Its descriptor is closed with the server's end: no other connection gets its number meanwhile.
  void serve(int line) {
    std::string come;
    while (const auto request = next_request(line, come)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(*request);
        changed_.notify_all();
      }
      const auto answer = script_(*request);
      if (!answer || !send_all(line, *answer)) break;
      if (answer->find("\r\nConnection: close\r\n") != answer->npos) break;
    }
    ::shutdown(line, SHUT_RDWR);
  }

  static std::optional<std::string> next_request(int line, std::string& come) {
    for (;;) {
      if (const auto end = come.find("\r\n\r\n"); end != come.npos) {
        const auto length = come.find("\r\nContent-Length: ");
        const auto whole = end + 4 + (length < end ? std::stoul(come.substr(length + 18)) : 0);
        if (come.size() >= whole) {
          auto request = come.substr(0, whole);
          come.erase(0, whole);
          return request;
        }
      }
      char block[65536];
      const auto n = ::recv(line, block, sizeof block, 0);
      if (n <= 0) return std::nullopt;
      come.append(block, static_cast<std::size_t>(n));
    }
  }

  static bool send_all(int line, const std::string& text) {
    for (std::size_t sent = 0; sent < text.size();) {
      const auto n = ::send(line, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  }

  const Script script_;
  int listener_, port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::vector<int> lines_;
  std::vector<std::thread> threads_;
  bool let_go_ = false;
  std::thread acceptor_;
};

/// "HTTP/1.1 200 OK" with these headers ("Name: value\r\n") and this body.
inline std::string http_answer(int status, const std::string& body = "", const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

}  // namespace postrider
