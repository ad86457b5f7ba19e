#include "catcher/catcher.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <vector>

#include "catcher/catch_session.h"

namespace postrider {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Accepts, counts and watches the sessions.
class Catcher::Server : public std::enable_shared_from_this<Server> {
 public:
  explicit Server(std::shared_ptr<CatchRoom> room) : room_(std::move(room)) {}

  void start(asio::io_context& loop);
  void stop();
  std::uint16_t port() const { return port_; }
  const CatchRoom& room() const { return *room_; }

 private:
  void accept();
  void admit(tcp::socket socket);
  void watch_later();

  std::shared_ptr<CatchRoom> room_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> watchdog_;
  std::vector<std::weak_ptr<CatchSession>> sessions_;
  std::int64_t last_number_ = 0;
  std::uint16_t port_ = 0;
  bool accepting_ = false;
};

void Catcher::Server::start(asio::io_context& loop) {
  const CatcherOptions& options = room_->options;
  error_code error;
  if (options.security != CatcherOptions::Security::none) {
    room_->tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    if (room_->tls->use_certificate_chain(asio::buffer(options.certificate_pem), error) ||
        room_->tls->use_private_key(asio::buffer(options.key_pem), asio::ssl::context::pem, error)) {
      throw Fault("the catcher cannot read its certificate or key: " + error.message());
    }
  }
  const auto address = asio::ip::make_address(options.address, error);
  if (error) throw Fault("the catcher's address " + options.address + " is no IP address");
  acceptor_.emplace(loop);
  const tcp::endpoint endpoint(address, options.port);
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw Fault("the catcher cannot listen on " + options.address + " port " + std::to_string(options.port) +
                ": " + error.message());
  }
  port_ = acceptor_->local_endpoint().port();
  watchdog_.emplace(loop);
  accept();
  watch_later();
}

void Catcher::Server::stop() {
  error_code ignored;
  if (acceptor_) acceptor_->close(ignored);
  if (watchdog_) watchdog_->cancel();
  for (const auto& weak : std::exchange(sessions_, {})) {
    if (const auto session = weak.lock()) session->close();
  }
}

void Catcher::Server::accept() {
  accepting_ = true;
  acceptor_->async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (!self->acceptor_->is_open()) return;
    // Out of file descriptors, most likely: the watchdog tries again in a moment.
    self->accepting_ = !error;
    if (error) return;
    self->admit(std::move(socket));
    self->accept();
  });
}

void Catcher::Server::admit(tcp::socket socket) {
  if (room_->open >= room_->options.max_sessions) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(std::string_view("421 4.3.2 Too many sessions\r\n")), ignored);
    return;
  }
  const auto session = std::make_shared<CatchSession>(room_, std::move(socket), ++last_number_);
  std::erase_if(sessions_, [](const auto& weak) { return weak.expired(); });
  sessions_.push_back(session);
  session->start();
}

void Catcher::Server::watch_later() {
  watchdog_->expires_after(std::chrono::milliseconds{500});
  watchdog_->async_wait([self = shared_from_this()](const error_code& error) {
    if (error || !self->acceptor_->is_open()) return;
    const BootTime now = self->room_->clock.boot_now();
    for (const auto& weak : self->sessions_) {
      if (const auto session = weak.lock()) session->watch(now);
    }
    if (!self->accepting_) self->accept();
    self->watch_later();
  });
}

Catcher::Catcher(const Clock& clock, CatcherOptions options)
    : server_(std::make_shared<Server>(std::make_shared<CatchRoom>(clock, std::move(options)))) {}
Catcher::~Catcher() {
  server_->stop();
}

void Catcher::start(asio::io_context& loop) {
  server_->start(loop);
}
std::uint16_t Catcher::port() const {
  return server_->port();
}
void Catcher::stop() {
  server_->stop();
}

CatcherCounters Catcher::counters() const {
  const CatchRoom& room = server_->room();
  return {room.sessions, room.open, room.messages};
}

}  // namespace postrider
