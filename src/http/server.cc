#include "http/server.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "http/connection.h"

namespace postrider {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

class AsioHttpServer : public HttpServer {
 public:
  AsioHttpServer(Log& log, HttpLimits limits)
      : log_(log),
        limits_(limits),
        workers_(limits_.workers, limits_.waiting),
        acceptor_(loop_),
        breath_(loop_) {}
  ~AsioHttpServer() override { stop(std::chrono::milliseconds{1'000}); }

  Result<ListenAddress> listen(const ListenAddress& where) override {
    error_code bad;
    const auto ip = boost::asio::ip::make_address(where.address, bad);
    const tcp::endpoint endpoint(ip, where.port);
    if (!bad) acceptor_.open(endpoint.protocol(), bad);
    if (!bad) acceptor_.set_option(tcp::acceptor::reuse_address(true), bad);
    if (!bad) acceptor_.bind(endpoint, bad);
    if (!bad) acceptor_.listen(boost::asio::socket_base::max_listen_connections, bad);
    if (bad) {
      error_code ignored;
      acceptor_.close(ignored);
      const bool taken = bad == boost::asio::error::address_in_use;
      return conflict(taken ? "address_in_use" : "cannot_listen",
                      taken ? fmt::format("Another program listens on {} already: give another address with "
                                          "--listen, or port 0 for any free one.",
                                          where.text())
                            : fmt::format("Cannot listen on {}: {}.", where.text(), bad.message()));
    }
    return ListenAddress{where.address, acceptor_.local_endpoint().port()};
  }

  void start(HttpHandler& handler) override {
    context_.emplace(limits_, handler, workers_, connections_, log_);
    accept();
    thread_ = std::thread([this] {
      ::pthread_setname_np(::pthread_self(), "http");
      loop_.run();
    });
  }

  bool stop(std::chrono::milliseconds patience) override {
    if (!thread_.joinable()) return true;
    boost::asio::post(loop_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      breath_.cancel();
      connections_.close_all();
    });
    if (!workers_.wait_until_quiet(patience)) return false;
    workers_.join();
    thread_.join();
    return true;
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code bad, tcp::socket socket) {
      if (bad == boost::asio::error::operation_aborted) return;
      if (bad) return breathe(bad);
      if (connections_.size() < static_cast<std::size_t>(limits_.connections)) {
        serve_connection(std::move(socket), *context_);
      }
      accept();
    });
  }

  /// Out of descriptors or the like: taking the next caller at once would only spin.
  void breathe(error_code bad) {
    log_.write(LogLevel::warning, "http_cannot_accept", {{"why", bad.message()}});
    breath_.expires_after(std::chrono::milliseconds{100});
    breath_.async_wait([this](error_code stopped) {
      if (!stopped && acceptor_.is_open()) accept();
    });
  }

  Log& log_;
  const HttpLimits limits_;
  HttpConnections connections_;
  Workers workers_;
  boost::asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  boost::asio::steady_timer breath_;
  std::optional<ConnectionContext> context_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<HttpServer> make_http_server(Log& log, HttpLimits limits) {
  return std::make_unique<AsioHttpServer>(log, limits);
}

}  // namespace postrider
