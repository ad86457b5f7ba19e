#pragma once
// Connection: one TCP or TLS line to a mail server, as bytes out and replies in. Coroutines await
// it; underneath are Asio's operations with plain callbacks, which keep the connection alive until
// they ran, so a coroutine may be destroyed while it waits.
//
// One read is always under way once listen() was called: what the server says unasked (421 and
// goodbye on an idle line, a refusal in the middle of the body) is noticed without a system call.
// Writing to a plain line is tried at once and seldom waits. A wait has a deadline, but no timer:
// the pool's watchdog calls watch() every half second (RFC 5321 §4.5.3.2 counts in minutes).
//
// Everything happens on the loop; one coroutine at a time uses a connection.

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/clock.h"
#include "mail/reply.h"
#include "smtp/reply_parser.h"
#include "smtp/tls_trust.h"

namespace boost::asio {
class io_context;
}
namespace boost::asio::ssl {
class context;
}

namespace postrider {

/// Why a line cannot be used any more.
struct Break {
  Trouble::Kind kind = Trouble::Kind::closed;
  std::string text;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::io_context& loop, const Clock& clock);
  ~Connection();

  /// Resolves and dials, address by address (at most 8), `per_address` each.
  Async<std::optional<Break>> connect(std::string host, std::uint16_t port, Micros per_address);
  /// Shakes hands and verifies the certificate for `host`, a name or an address, or the pin alone.
  Async<std::optional<Break>> start_tls(boost::asio::ssl::context& context, std::string host, std::string pin,
                                        Micros limit);
  /// Who shook hands with us, or tried to.
  std::optional<TlsPeer> peer() const;
  std::string peer_address() const;  ///< "192.0.2.1"

  bool is_encrypted() const;
  bool is_loopback() const;         ///< the other end is this machine
  std::string our_literal() const;  ///< our end as "[192.0.2.1]" (RFC 5321 §4.1.3)

  /// Lets whatever else the loop has to do go first.
  Async<void> let_loop_turn();
  /// Calls when the coroutine that was resumed by this line's last word has come to rest, before anything
  /// else the loop has to do; when none runs, in a turn of its own.
  void call_next(std::function<void()> call);
  /// From now on every wait ends at `end` at the latest, whatever its own limit is.
  void end_waits_at(BootTime end) { end_ = end; }
  BootTime now() const { return clock_.boot_now(); }

  /// What flush() writes; append to it.
  std::string& out() { return out_; }

  enum class Written {
    all,
    interrupted,  ///< the server spoke before all was written; the rest is not written
    failed        ///< what it said last may still be read
  };
  enum class OnInput { go_on, stop };

  /// Writes out() and empties it.
  auto flush(Micros limit, OnInput on_input = OnInput::go_on);
  /// True: heard() holds one whole reply. False: broken() says why there is none.
  auto reply(Micros limit);
  const ReplyParser& heard() const { return parser_; }

  /// Starts reading ahead of any wait.
  void listen();
  /// True when the server said something that nobody asked for.
  bool has_input() const { return parser_.has_more(); }
  bool is_broken() const { return broken_.has_value() || write_failed_; }
  const Break& broken() const;
  /// How many bytes of out() a failed or interrupted flush left unwritten.
  std::size_t unwritten() const { return out_.size() - sent_; }

  /// A final dot is out and its reply is not in: only the deadline may end this line.
  bool is_past_dot() const { return past_dot_; }
  void set_past_dot(bool past_dot) { past_dot_ = past_dot; }

  /// Closes at once; whoever waits is woken. Never says goodbye: for lines in mid-transaction.
  void hang_up();
  /// Says QUIT, does not wait for the answer, and closes.
  void quit();
  bool is_saying_goodbye() const { return quitting_; }
  /// Ends the wait under way if its deadline has passed.
  void watch(BootTime now);

 private:
  struct Io;
  enum class Wait { none, operation, flush, reply };
  class Waiter;

  void suspend(std::coroutine_handle<> waiter, Wait wait, Micros limit, OnInput on_input);
  void resume();
  void fail(Trouble::Kind kind, std::string text);
  void close();
  template <class Start>
  auto run(Micros limit, Start start);

  bool reply_ready();
  bool flush_ready();
  bool write_now();
  void start_write();
  void after_write();
  void on_read(bool failed, std::size_t size, std::string text);
  Written written();

  const Clock& clock_;
  std::unique_ptr<Io> io_;
  ReplyParser parser_;
  std::string out_;
  std::size_t sent_ = 0;
  std::optional<Break> broken_;
  std::coroutine_handle<> waiter_;
  std::function<void()> next_;  ///< see call_next
  BootTime deadline_ = BootTime::max();
  BootTime end_ = BootTime::max();  ///< of all waits
  Wait wait_ = Wait::none;
  OnInput on_input_ = OnInput::go_on;
  bool resuming_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool write_failed_ = false;
  bool interrupted_ = false;
  bool past_dot_ = false;
  bool quitting_ = false;
  unsigned operation_ = 0;  ///< counts connects and handshakes: a late callback is told by its number
};

/// The shared half of the awaiters: takes the waiter back when its coroutine is destroyed.
class Connection::Waiter {
 public:
  Waiter(Connection& line, Micros limit) : line_(line), limit_(limit) {}
  Waiter(const Waiter&) = delete;
  ~Waiter() {
    if (waiting_ && line_.waiter_ == waiting_) line_.waiter_ = {};
  }

 protected:
  void suspend(std::coroutine_handle<> waiter, Wait wait, OnInput on_input = OnInput::go_on) {
    waiting_ = waiter;
    line_.suspend(waiter, wait, limit_, on_input);
  }
  Connection& line_;

 private:
  Micros limit_;
  std::coroutine_handle<> waiting_;
};

inline auto Connection::flush(Micros limit, OnInput on_input) {
  class Flush : public Waiter {
   public:
    Flush(Connection& line, Micros most, OnInput on_input) : Waiter(line, most), on_input_(on_input) {}
    bool await_ready() {
      line_.on_input_ = on_input_;
      return line_.flush_ready();
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      suspend(waiter, Wait::flush, on_input_);
      line_.start_write();
    }
    Written await_resume() { return line_.written(); }

   private:
    OnInput on_input_;
  };
  return Flush(*this, limit, on_input);
}

inline auto Connection::reply(Micros limit) {
  class Listen : public Waiter {
   public:
    using Waiter::Waiter;
    bool await_ready() { return line_.reply_ready(); }
    void await_suspend(std::coroutine_handle<> waiter) {
      suspend(waiter, Wait::reply);
      line_.listen();
    }
    bool await_resume() const { return line_.parser_.found(); }
  };
  return Listen(*this, limit);
}

}  // namespace postrider
