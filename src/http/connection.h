#pragma once
// One HTTP connection: requests in, answers out, one after the other, until either side closes or
// a limit is passed. It owns itself and ends by itself; HttpConnections is how the server counts
// and closes what is open. On the server's loop only; for this room only (it shows Asio).

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "http/server.h"
#include "http/workers.h"

namespace postrider {

class HttpConnections {
 public:
  std::size_t size() const { return closers_.size(); }
  std::uint64_t add(std::function<void()> close) {
    closers_.emplace(++last_, std::move(close));
    return last_;
  }
  void remove(std::uint64_t id) { closers_.erase(id); }
  void close_all() {
    ending_ = true;
    for (auto& [id, close] : std::exchange(closers_, {})) close();
  }
  bool ending() const { return ending_; }

 private:
  std::map<std::uint64_t, std::function<void()>> closers_;
  std::uint64_t last_ = 0;
  bool ending_ = false;
};

/// Must be kept until all connections have ended.
struct ConnectionContext {
  const HttpLimits& limits;
  HttpHandler& handler;
  Workers& workers;
  HttpConnections& connections;
  Log& log;
};

void serve_connection(boost::asio::ip::tcp::socket socket, const ConnectionContext& context);

}  // namespace postrider
