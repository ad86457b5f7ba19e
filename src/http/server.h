#pragma once
// HttpServer: HTTP/1.1 on one address (RFC 9112), on the loop of whoever owns the io_context.
// What is answered stands in routes.h; here is only the wire and its limits, so that a stranger
// can hold neither memory nor a connection for long. All calls on the loop, but for construction
// and listen(), which come before it runs.

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "http/listen_address.h"

namespace boost::asio {
class io_context;
}

namespace postrider {

struct HttpLimits {
  std::uint32_t header_bytes = 16 * 1024;          ///< request line and headers; more is 431
  std::uint64_t body_bytes = 64 * 1024;            ///< more is 413
  std::chrono::milliseconds request_time{10'000};  ///< from the first byte to the last of a request
  std::chrono::milliseconds idle_time{30'000};     ///< between two requests of one connection
  std::chrono::milliseconds answer_time{10'000};   ///< to take our answer
  int connections = 1'000;                         ///< at a time; further callers are closed at once
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;

  /// Takes the port. An error says why not, in words for the operator (code address_in_use,
  /// bad_listen_address …). What was really taken; its port is never 0.
  virtual Result<ListenAddress> listen(const ListenAddress& where) = 0;
  /// Begins to answer.
  virtual void start() = 0;
  /// Takes no more callers and closes the connections there are.
  virtual void stop() = 0;
};

std::unique_ptr<HttpServer> make_http_server(boost::asio::io_context& loop, Log& log, HttpLimits limits = {});

}  // namespace postrider
