#pragma once
// CatchSession: one client of the catcher: carries bytes between its socket and its
// Conversation and does what the conversation asks for. Loop only; keeps itself alive through
// the operation under way.

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>

#include "catcher/conversation.h"

namespace postrider {

/// What all sessions of one catcher share.
struct CatchRoom {
  const Clock& clock;
  CatcherOptions options;
  CatchLog log;
  CatchCounts counts;
  std::unique_ptr<boost::asio::ssl::context> tls;
  std::atomic<std::int64_t> sessions{0}, open{0}, messages{0};
  CatchRoom(const Clock& time, CatcherOptions settings)
      : clock(time), options(std::move(settings)), log(options.directory, options.sync) {}
};

class CatchSession : public std::enable_shared_from_this<CatchSession> {
 public:
  CatchSession(std::shared_ptr<CatchRoom> room, boost::asio::ip::tcp::socket socket, std::int64_t number);
  ~CatchSession();

  void start();
  void close();
  /// Closes a session whose client has kept silent for too long.
  void watch(BootTime now);

 private:
  using Kind = Conversation::Step::Kind;
  void begin();
  void go_on();
  void wait(Micros time, void (CatchSession::*then)());
  void take_step();
  void read();
  void store();
  void shake_hands(bool then_talk);
  template <class Stream>
  void write_out(Stream& stream);

  std::shared_ptr<CatchRoom> room_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  boost::asio::steady_timer pause_;
  const std::int64_t number_;
  std::string out_;
  std::optional<Conversation> conversation_;
  Conversation::Step step_;
  BootTime deadline_ = BootTime::max();
  std::array<char, 16 * 1024> buffer_;
};

}  // namespace postrider
