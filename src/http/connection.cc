#include "http/connection.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include "http/routes.h"

namespace postrider {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const HttpLimits& limits, std::shared_ptr<HttpConnections> connections)
      : stream_(std::move(socket)), limits_(limits), connections_(std::move(connections)) {}

  ~Connection() { connections_->remove(id_); }

  void start() {
    // The map must not keep us alive: we end when nothing is awaited any more.
    id_ = connections_->add([self = weak_from_this()] {
      if (const auto alive = self.lock()) alive->close();
    });
    read(limits_.request_time);
  }

 private:
  void read(std::chrono::milliseconds patience) {
    parser_.emplace();
    parser_->header_limit(limits_.header_bytes);
    parser_->body_limit(limits_.body_bytes);
    stream_.expires_after(patience);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code bad, std::size_t) {
      if (bad) return self->refuse(bad);
      const auto& request = self->parser_->get();
      self->write(answer(request.method_string(), request.target()), request.version(), request.keep_alive(),
                  request.method() == http::verb::head);
    });
  }

  /// What cannot be read is answered if it can be named, and the connection ends.
  void refuse(error_code bad) {
    if (bad == http::error::header_limit) {
      write(
          problem(431, "headers_too_large", "Request Header Fields Too Large", "The headers are too large."),
          11, false, false);
    } else if (bad == http::error::body_limit) {
      write(problem(413, "body_too_large", "Content Too Large", "The body is too large."), 11, false, false);
    } else if (bad.category() == error_code(http::error::bad_method).category() &&
               bad != http::error::end_of_stream && bad != http::error::partial_message) {
      write(problem(400, "bad_request", "Bad Request", "This is not an HTTP/1.1 request."), 11, false, false);
    } else {
      close();
    }
  }

  void write(HttpAnswer given, unsigned version, bool keep_alive, bool head_only) {
    response_.emplace(http::int_to_status(static_cast<unsigned>(given.status)), version);
    response_->set(http::field::content_type, given.content_type);
    response_->set(http::field::cache_control, "no-store");
    response_->set("X-Content-Type-Options", "nosniff");
    if (!given.allow.empty()) response_->set(http::field::allow, given.allow);
    response_->keep_alive(keep_alive);
    response_->content_length(given.body.size());
    if (!head_only) response_->body() = std::move(given.body);
    serializer_.emplace(*response_);
    stream_.expires_after(limits_.answer_time);
    const auto written = [self = shared_from_this(), keep_alive](error_code bad, std::size_t) {
      if (bad || !keep_alive) return self->close();
      self->read(self->limits_.idle_time);
    };
    if (head_only) {
      http::async_write_header(stream_, *serializer_, written);
    } else {
      http::async_write(stream_, *serializer_, written);
    }
  }

  void close() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  HttpLimits limits_;
  std::shared_ptr<HttpConnections> connections_;
  std::uint64_t id_ = 0;
};

}  // namespace

void serve_connection(tcp::socket socket, const HttpLimits& limits,
                      std::shared_ptr<HttpConnections> connections) {
  std::make_shared<Connection>(std::move(socket), limits, std::move(connections))->start();
}

}  // namespace postrider
