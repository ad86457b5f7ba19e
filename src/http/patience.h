#pragma once
// Patience: how long what is awaited on a connection's socket may take. One timer for all of its waits:
// deadlines mostly move on before they come, so it is set anew only when it rings. On the connection's loop;
// for this room only (it shows Asio).

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace postrider {

class Patience {
 public:
  /// `socket` outlives it.
  explicit Patience(boost::asio::ip::tcp::socket& socket) : socket_(socket), timer_(socket.get_executor()) {}

  /// Before all else: whose part it is. When that is gone a timer that rings does nothing.
  void belong_to(std::weak_ptr<void> owner) { owner_ = std::move(owner); }

  /// What is awaited on the socket next is cancelled after this time, and ran_out() says so.
  void wait_at_most(std::chrono::milliseconds time) {
    ran_out_ = false;
    deadline_ = Clock::now() + time;
    if (deadline_ < rings_at_) set_timer();
  }
  /// What is awaited next may take as long as it likes.
  void wait_without_end() { deadline_ = kNever; }
  bool ran_out() const { return ran_out_; }

  void end() { timer_.cancel(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kNever = Clock::time_point::max();

  void set_timer() {
    rings_at_ = deadline_;
    timer_.expires_at(rings_at_);
    timer_.async_wait([this, weak = owner_](const boost::system::error_code& stopped) {
      const auto owner = weak.lock();
      if (owner && !stopped) look();
    });
  }

  void look() {
    const auto now = Clock::now();
    if (rings_at_ > now) return;  // it was for an earlier deadline, and has been set for another
    rings_at_ = kNever;
    if (deadline_ == kNever) return;
    if (deadline_ > now) return set_timer();
    ran_out_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }

  boost::asio::ip::tcp::socket& socket_;
  boost::asio::steady_timer timer_;
  std::weak_ptr<void> owner_;
  Clock::time_point deadline_ = kNever;  ///< of what is awaited
  Clock::time_point rings_at_ = kNever;  ///< no later than that
  bool ran_out_ = false;
};

}  // namespace postrider
