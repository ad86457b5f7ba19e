#include "smtp/connection.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <vector>

#include "base/check.h"
#include "smtp/command.h"

namespace postrider {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t max_addresses = 8;

Break resolve_break(const error_code& error, const std::string& host) {
  if (error == asio::error::host_not_found || error == asio::error::no_data ||
      error == asio::error::service_not_found) {
    return {Trouble::Kind::no_host, "There is no host named " + host + "."};
  }
  return {Trouble::Kind::dns, "Looking up " + host + " failed: " + error.message() + "."};
}

}  // namespace

struct Connection::Io {
  explicit Io(asio::io_context& context) : loop(context), socket(context), resolver(context) {}
  asio::io_context& loop;
  tcp::socket socket;
  tcp::resolver resolver;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::vector<tcp::endpoint> addresses;
  error_code result;  ///< of the last operation
};

Connection::Connection(asio::io_context& loop, const Clock& clock)
    : clock_(clock), io_(std::make_unique<Io>(loop)) {}
Connection::~Connection() = default;

// ---- waiting ----------------------------------------------------------------------------------

void Connection::suspend(std::coroutine_handle<> waiter, Wait wait, Micros limit, OnInput on_input) {
  CHECK(!waiter_);
  waiter_ = waiter;
  wait_ = wait;
  on_input_ = on_input;
  deadline_ = std::min(clock_.boot_now() + limit, end_);
}

void Connection::resume() {
  deadline_ = BootTime::max();
  wait_ = Wait::none;
  const auto waiter = std::exchange(waiter_, {});
  if (!waiter) return;
  resuming_ = true;
  waiter.resume();
  resuming_ = false;
  if (const auto call = std::exchange(next_, {})) call();
}

void Connection::call_next(std::function<void()> call) {
  if (resuming_ && !next_) {
    next_ = std::move(call);
  } else {
    asio::post(io_->loop, [self = shared_from_this(), call = std::move(call)] { call(); });
  }
}

void Connection::fail(Trouble::Kind kind, std::string text) {
  if (!broken_) broken_ = Break{kind, std::move(text)};
  close();
  // Later, not now: whoever called us must not find other coroutines running inside its call.
  if (waiter_) asio::post(io_->loop, [self = shared_from_this()] { self->resume(); });
}

void Connection::close() {
  error_code ignored;
  io_->resolver.cancel();
  io_->socket.close(ignored);
}

void Connection::watch(BootTime now) {
  if (!waiter_ || now < deadline_) return;
  if (wait_ == Wait::operation) {
    // One address that does not answer: the next may, so the line is not broken yet.
    ++operation_;
    io_->result = asio::error::timed_out;
    close();
    resume();
  } else {
    fail(Trouble::Kind::timeout, "The server did not answer in time.");
  }
}

void Connection::hang_up() {
  fail(Trouble::Kind::stopped, "We hung up.");
}

void Connection::quit() {
  error_code ignored;
  quitting_ = true;
  if (!is_broken() && !writing_ && out_.empty()) {
    out_ = quit_command;
    if (io_->tls) {
      writing_ = true;
      io_->tls->async_write_some(asio::buffer(out_),
                                 [self = shared_from_this()](error_code, std::size_t) { self->close(); });
      broken_ = Break{Trouble::Kind::stopped, "We said goodbye."};
      return;
    }
    io_->socket.write_some(asio::buffer(out_), ignored);
  }
  hang_up();
}

const Break& Connection::broken() const {
  static const Break lost{Trouble::Kind::closed, "The connection was lost."};
  return broken_ ? *broken_ : lost;
}

// ---- connecting -------------------------------------------------------------------------------

/// Awaits one operation: `start(number)` begins it, and its callback resumes us if `number` is
/// still the operation under way.
template <class Start>
auto Connection::run(Micros limit, Start start) {
  class Operation : public Waiter {
   public:
    Operation(Connection& line, Micros most, Start begin) : Waiter(line, most), start_(std::move(begin)) {}
    bool await_ready() const {
      if (line_.broken_) line_.io_->result = asio::error::operation_aborted;
      return line_.broken_.has_value();
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      suspend(waiter, Wait::operation);
      start_(++line_.operation_);
    }
    error_code await_resume() const {
      return line_.broken_ ? asio::error::operation_aborted : line_.io_->result;
    }

   private:
    Start start_;
  };
  return Operation(*this, limit, std::move(start));
}

Async<void> Connection::let_loop_turn() {
  auto turn = run(std::chrono::minutes{1}, [&](unsigned number) {
    asio::post(io_->loop, [self = shared_from_this(), number] {
      if (number == self->operation_) self->resume();
    });
  });
  co_await turn;
}

Async<std::optional<Break>> Connection::connect(std::string host, std::uint16_t port, Micros per_address) {
  error_code not_numeric;
  const auto literal = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) {
    io_->addresses = {tcp::endpoint(literal, port)};
  } else {
    auto looked_up = run(per_address, [&](unsigned number) {
      io_->resolver.async_resolve(
          host, std::to_string(port), tcp::resolver::numeric_service,
          [self = shared_from_this(), number](error_code error, const tcp::resolver::results_type& found) {
            if (number != self->operation_) return;
            self->io_->result = error;
            self->io_->addresses.assign(found.begin(), found.end());
            self->resume();
          });
    });
    const error_code error = co_await looked_up;
    if (error) co_return broken_ ? *broken_ : resolve_break(error, host);
  }
  if (io_->addresses.size() > max_addresses) io_->addresses.resize(max_addresses);

  error_code last;
  for (std::size_t i = 0; i < io_->addresses.size(); ++i) {
    const tcp::endpoint address = io_->addresses[i];
    error_code ignored;
    io_->socket.close(ignored);
    io_->socket.open(address.protocol(), last);
    if (last) continue;
    auto dialled = run(per_address, [&](unsigned number) {
      io_->socket.async_connect(address, [self = shared_from_this(), number](error_code error) {
        if (number != self->operation_) return;
        self->io_->result = error;
        self->resume();
      });
    });
    last = co_await dialled;
    if (broken_) co_return *broken_;
    if (last) continue;
    io_->socket.set_option(tcp::no_delay(true), ignored);
    io_->socket.non_blocking(true, ignored);
    co_return std::nullopt;
  }
  // Where it has several addresses, the last one's answer counts.
  const auto kind =
      last == asio::error::connection_refused ? Trouble::Kind::port_closed : Trouble::Kind::connect;
  co_return Break{
      kind, "Connecting to " + host + " port " + std::to_string(port) + " failed: " + last.message() + "."};
}

Async<std::optional<Break>> Connection::start_tls(asio::ssl::context& context, std::string host,
                                                  std::string pin, Micros limit) {
  io_->tls.emplace(io_->socket, context);
  SSL* const ssl = io_->tls->native_handle();
  demand(ssl, host, pin);
  auto shaken = run(limit, [&](unsigned number) {
    io_->tls->async_handshake(asio::ssl::stream_base::client,
                              [self = shared_from_this(), number](error_code error) {
                                if (number != self->operation_) return;
                                self->io_->result = error;
                                self->resume();
                              });
  });
  const error_code error = co_await shaken;
  if (broken_) co_return *broken_;
  if (error == asio::error::timed_out) {
    co_return Break{Trouble::Kind::timeout, "The TLS handshake with " + host + " took too long."};
  }
  if (auto why = distrust(ssl, host, pin)) co_return Break{Trouble::Kind::tls_cert, std::move(*why)};
  if (!error) co_return std::nullopt;
  co_return Break{Trouble::Kind::tls_failed,
                  "The TLS handshake with " + host + " failed: " + error.message() + "."};
}

bool Connection::is_encrypted() const {
  return io_->tls.has_value();
}

std::optional<TlsPeer> Connection::peer() const {
  return io_->tls ? peer_of(io_->tls->native_handle()) : std::nullopt;
}

std::string Connection::peer_address() const {
  error_code error;
  const auto peer = io_->socket.remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

bool Connection::is_loopback() const {
  error_code error;
  const auto peer = io_->socket.remote_endpoint(error);
  return !error && peer.address().is_loopback();
}

std::string Connection::our_literal() const {
  error_code error;
  const auto ours = io_->socket.local_endpoint(error).address();
  if (error) return "[127.0.0.1]";
  return (ours.is_v6() ? "[IPv6:" : "[") + ours.to_string() + "]";
}

// ---- reading ----------------------------------------------------------------------------------

void Connection::listen() {
  if (reading_ || broken_) return;
  reading_ = true;
  const std::span<char> space = parser_.space();
  auto done = [self = shared_from_this()](const error_code& error, std::size_t size) {
    self->on_read(bool(error), size, error ? error.message() : std::string());
  };
  if (io_->tls) {
    io_->tls->async_read_some(asio::buffer(space.data(), space.size()), std::move(done));
  } else {
    io_->socket.async_read_some(asio::buffer(space.data(), space.size()), std::move(done));
  }
}

void Connection::on_read(bool failed, std::size_t size, std::string text) {
  reading_ = false;
  parser_.filled(size);
  if (failed && !broken_) {
    broken_ = Break{Trouble::Kind::closed, "The server closed the connection (" + text + ")."};
    close();
  }
  if (wait_ == Wait::reply) {
    if (reply_ready()) {
      resume();
    } else {
      listen();
    }
  } else if (wait_ == Wait::flush && (broken_ || on_input_ == OnInput::stop)) {
    interrupted_ = !broken_;
    resume();
  }
}

bool Connection::reply_ready() {
  switch (parser_.next()) {
    case ReplyParser::State::complete:
      return true;
    case ReplyParser::State::garbage:
      if (!broken_) {
        broken_ = Break{Trouble::Kind::garbage,
                        "Not a mail server's reply: " + std::string(parser_.complaint()) + "."};
        close();
      }
      return true;
    case ReplyParser::State::incomplete:
      return broken_.has_value();
  }
  return false;
}

// ---- writing ----------------------------------------------------------------------------------

bool Connection::flush_ready() {
  sent_ = 0;
  interrupted_ = on_input_ == OnInput::stop && has_input();
  if (broken_ || write_failed_ || interrupted_ || out_.empty()) return true;
  CHECK(!writing_);
  return !io_->tls && write_now();
}

/// True when nothing is left to do: all written, or failed.
bool Connection::write_now() {
  while (sent_ < out_.size()) {
    error_code error;
    sent_ += io_->socket.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), error);
    if (error == asio::error::would_block || error == asio::error::try_again) return false;
    if (error) {
      write_failed_ = true;
      return true;
    }
  }
  return true;
}

void Connection::start_write() {
  if (writing_) return;
  writing_ = true;
  if (io_->tls) {
    io_->tls->async_write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_),
                               [self = shared_from_this()](const error_code& error, std::size_t size) {
                                 self->sent_ += size;
                                 if (error) self->write_failed_ = true;
                                 self->after_write();
                               });
  } else {
    io_->socket.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
      if (error) self->write_failed_ = true;
      self->after_write();
    });
  }
}

void Connection::after_write() {
  writing_ = false;
  if (wait_ != Wait::flush) return;
  const bool done = io_->tls ? sent_ == out_.size() : !write_failed_ && write_now();
  if (done || write_failed_) {
    resume();
  } else {
    start_write();
  }
}

Connection::Written Connection::written() {
  if (interrupted_) return Written::interrupted;
  if (broken_ || write_failed_) return Written::failed;
  out_.clear();
  sent_ = 0;
  return Written::all;
}

}  // namespace postrider
