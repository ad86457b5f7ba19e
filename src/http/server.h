#pragma once
// HttpServer: HTTP/1.1 on one address (RFC 9112), on a thread of its own, so that no caller slows the
// crew's loop down. What is answered is the handler's affair and happens on worker threads; here is only
// the wire and its limits, so that a stranger can hold neither memory nor a connection for long.
// All calls by one thread.

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "http/handler.h"
#include "http/listen_address.h"

namespace postrider {

struct HttpLimits {
  std::uint32_t header_bytes = 16 * 1024;        ///< request line and headers; more is 431
  std::chrono::milliseconds head_time{10'000};   ///< from the first byte of a head to its last
  std::chrono::milliseconds idle_time{30'000};   ///< before the first byte of the next request
  std::chrono::milliseconds body_time{10'000};   ///< between two pieces of a body; slower is 408
  std::chrono::milliseconds write_time{10'000};  ///< to take a piece of our answer
  std::chrono::milliseconds drain_time{1'000};   ///< for what a refused caller still sends
  std::uint64_t least_body_rate = 1'000;         ///< bytes a second over a whole body, after its first 10 s
  int connections = 1'000;                       ///< at a time; further callers are closed at once
  int workers = 6;                               ///< threads that run handlers
  int waiting = 256;                             ///< requests that wait for a worker; more are 503
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;

  /// Takes the port. An error says why not, in words for the operator (code address_in_use,
  /// bad_listen_address …). What was really taken; its port is never 0.
  virtual Result<ListenAddress> listen(const ListenAddress& where) = 0;
  /// Begins to answer. `handler` outlives stop().
  virtual void start(HttpHandler& handler) = 0;
  /// Takes no more callers, closes the connections and ends the threads. False: a handler was still at work
  /// when the patience ended, so the process should end without waiting for it. Any number of times.
  virtual bool stop(std::chrono::milliseconds patience) = 0;
};

std::unique_ptr<HttpServer> make_http_server(Log& log, HttpLimits limits = {});

}  // namespace postrider
