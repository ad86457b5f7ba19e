#include "catcher/catch_session.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace postrider {
namespace asio = boost::asio;
using boost::system::error_code;

CatchSession::CatchSession(std::shared_ptr<CatchRoom> room, asio::ip::tcp::socket socket, std::int64_t number)
    : room_(std::move(room)), socket_(std::move(socket)), pause_(socket_.get_executor()), number_(number) {
  ++room_->sessions;
  ++room_->open;
}

CatchSession::~CatchSession() {
  --room_->open;
}

void CatchSession::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  const bool implicit = room_->options.security == CatcherOptions::Security::implicit;
  conversation_.emplace(room_->options, room_->counts, number_, implicit);
  deadline_ = room_->clock.boot_now() + room_->options.idle_limit;
  const FaultRule* const fault = find_fault(room_->options.faults, Stage::connect, number_, 0);
  if (!fault) return begin();
  if (fault->action == FaultRule::Action::close) return close();
  if (fault->action == FaultRule::Action::delay) {
    return wait(std::chrono::milliseconds(fault->milliseconds), &CatchSession::begin);
  }
  wait(room_->options.idle_limit, &CatchSession::close);
}

void CatchSession::begin() {
  if (room_->options.security == CatcherOptions::Security::implicit) {
    shake_hands(false);
  } else {
    go_on();
  }
}

void CatchSession::close() {
  error_code ignored;
  deadline_ = BootTime::max();
  pause_.cancel();
  // FIN before RST: a client that still writes shall get to read our last words.
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  while (socket_.available(ignored) > 0 && socket_.read_some(asio::buffer(buffer_), ignored) > 0) {
  }
  socket_.close(ignored);
}

void CatchSession::watch(BootTime now) {
  if (now >= deadline_) close();
}

/// Lets the conversation speak, sends what it said, then does what it asks for.
void CatchSession::go_on() {
  step_ = conversation_->advance(out_);
  if (out_.empty()) return take_step();
  if (tls_) {
    write_out(*tls_);
  } else {
    write_out(socket_);
  }
}

template <class Stream>
void CatchSession::write_out(Stream& stream) {
  asio::async_write(stream, asio::buffer(out_),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      if (error) return self->close();
                      self->out_.clear();
                      self->take_step();
                    });
}

void CatchSession::take_step() {
  switch (step_.kind) {
    case Kind::read:
      return read();
    case Kind::pause:
      return wait(std::chrono::milliseconds(step_.milliseconds), &CatchSession::go_on);
    case Kind::store:
      return store();
    case Kind::start_tls:
      return shake_hands(true);
    case Kind::hush:
      return wait(room_->options.idle_limit, &CatchSession::close);
    case Kind::close:
      return close();
  }
}

void CatchSession::wait(Micros time, void (CatchSession::*then)()) {
  pause_.expires_after(time);
  pause_.async_wait([self = shared_from_this(), then](const error_code& error) {
    if (!error) (self.get()->*then)();
  });
}

void CatchSession::read() {
  deadline_ = room_->clock.boot_now() + room_->options.idle_limit;
  auto done = [self = shared_from_this()](const error_code& error, std::size_t size) {
    if (error) return self->close();
    self->conversation_->feed({self->buffer_.data(), size});
    self->go_on();
  };
  if (tls_) {
    tls_->async_read_some(asio::buffer(buffer_), std::move(done));
  } else {
    socket_.async_read_some(asio::buffer(buffer_), std::move(done));
  }
}

void CatchSession::store() {
  deadline_ = BootTime::max();  // the disk's time is not the client's
  CaughtEmail email;
  email.at = room_->clock.wall_now();
  email.from = conversation_->from();
  email.to = conversation_->recipients();
  email.session = number_;
  // The guard keeps the loop running until the log's thread has answered.
  auto done = [self = shared_from_this(),
               guard = asio::make_work_guard(socket_.get_executor())](std::int64_t n) mutable {
    const auto executor = guard.get_executor();
    asio::post(executor, [self = std::move(self), guard = std::move(guard), n] {
      if (n > 0) ++self->room_->messages;
      self->conversation_->stored(n);
      self->go_on();
    });
  };
  room_->log.append(std::move(email), conversation_->take_message(), std::move(done));
}

void CatchSession::shake_hands(bool then_talk) {
  tls_.emplace(socket_, *room_->tls);
  tls_->async_handshake(asio::ssl::stream_base::server,
                        [self = shared_from_this(), then_talk](const error_code& error) {
                          if (error) return self->close();
                          if (then_talk) self->conversation_->tls_started();
                          self->go_on();
                        });
}

}  // namespace postrider
