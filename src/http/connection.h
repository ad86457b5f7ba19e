#pragma once
// One HTTP connection: requests in, answers out, one after the other, until either side closes or
// a limit is passed. It owns itself and ends by itself; HttpConnections is how the server counts
// and closes what is open. Loop only; for this room only (it shows Asio).

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "http/server.h"

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
    for (auto& [id, close] : std::exchange(closers_, {})) close();
  }

 private:
  std::map<std::uint64_t, std::function<void()>> closers_;
  std::uint64_t last_ = 0;
};

void serve_connection(boost::asio::ip::tcp::socket socket, const HttpLimits& limits,
                      std::shared_ptr<HttpConnections> connections);

}  // namespace postrider
