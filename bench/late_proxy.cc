// A line to a far mail server: what goes up goes at once, what comes down arrives DELAY milliseconds
// later, in order. bench/send puts it before smtp-sink, for every sender alike.
//
//   late_proxy LISTEN_PORT TARGET_PORT DELAY_MS      both on 127.0.0.1, until SIGTERM
//
// Each line is two sockets and a queue of what is on its way; one thread, no limit of its own.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Time = std::chrono::steady_clock::time_point;

class Line : public std::enable_shared_from_this<Line> {
 public:
  Line(tcp::socket client, std::chrono::milliseconds delay)
      : client_(std::move(client)),
        server_(client_.get_executor()),
        timer_(client_.get_executor()),
        delay_(delay) {}

  void start(const tcp::endpoint& target) {
    server_.async_connect(target, [self = shared_from_this()](error_code error) {
      if (error) return self->close();
      error_code ignored;
      self->client_.set_option(tcp::no_delay(true), ignored);
      self->server_.set_option(tcp::no_delay(true), ignored);
      self->carry_up();
      self->take_down();
    });
  }

 private:
  struct Late {
    Time due;
    std::string bytes;
  };

  void carry_up() {
    client_.async_read_some(
        asio::buffer(up_), [self = shared_from_this()](error_code error, std::size_t size) {
          if (error) return self->close();
          asio::async_write(
              self->server_, asio::buffer(self->up_.data(), size),
              [self](error_code failed, std::size_t) { failed ? self->close() : self->carry_up(); });
        });
  }

  void take_down() {
    server_.async_read_some(
        asio::buffer(down_), [self = shared_from_this()](error_code error, std::size_t size) {
          // An empty piece is the end: it comes late like the rest.
          self->late_.push_back(
              {std::chrono::steady_clock::now() + self->delay_, {self->down_.data(), error ? 0 : size}});
          if (self->late_.size() == 1) self->wait();
          if (!error) self->take_down();
        });
  }

  void wait() {
    timer_.expires_at(late_.front().due);
    timer_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->deliver();
    });
  }

  void deliver() {
    if (late_.front().bytes.empty()) return close();
    asio::async_write(client_, asio::buffer(late_.front().bytes),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        self->late_.pop_front();
                        if (error) return self->close();
                        if (!self->late_.empty()) self->wait();
                      });
  }

  void close() {
    error_code ignored;
    timer_.cancel();
    client_.close(ignored);
    server_.close(ignored);
  }

  tcp::socket client_, server_;
  asio::steady_timer timer_;
  std::chrono::milliseconds delay_;
  std::deque<Late> late_;
  std::array<char, 16'384> up_;
  std::array<char, 4'096> down_;
};

void accept(tcp::acceptor& door, const tcp::endpoint& target, std::chrono::milliseconds delay) {
  door.async_accept([&door, target, delay](error_code error, tcp::socket client) {
    if (!error) std::make_shared<Line>(std::move(client), delay)->start(target);
    accept(door, target, delay);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: late_proxy LISTEN_PORT TARGET_PORT DELAY_MS\n");
    return 64;
  }
  const auto here = asio::ip::address_v4::loopback();
  const auto port = [&](int n) { return static_cast<std::uint16_t>(std::atoi(argv[n])); };
  asio::io_context loop(1);
  tcp::acceptor door(loop, {here, port(1)});
  door.listen(1024);
  accept(door, {here, port(2)}, std::chrono::milliseconds(std::atoi(argv[3])));
  loop.run();
}
