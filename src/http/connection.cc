#include "http/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include "base/text.h"
#include "http/body_file.h"
#include "http/http_date.h"
#include "http/patience.h"
#include "http/problem.h"

namespace postrider {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;
template <class T>
using Awaitable = asio::awaitable<T>;
using Parser = http::request_parser<http::buffer_body>;
using Turn = Workers::Turn;

constexpr auto kPieceOfBody = std::size_t{64 * 1024};
constexpr auto kFirstPiece = std::size_t{2 * 1024};  // of a request
constexpr auto kShortBody = std::size_t{8 * 1024};
constexpr auto kGraceOfSlowBodies = 10s;

HttpAnswer closing(HttpAnswer answer) {
  answer.close = true;
  return answer;
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const ConnectionContext& context)
      : socket_(std::move(socket)), patience_(socket_), pause_(socket_.get_executor()), context_(context) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    const auto peer = socket_.remote_endpoint(ignored);
    caller_ = ignored ? std::string() : peer.address().to_string();
  }
  ~Connection() { context_.connections.remove(id_); }

  void start() {
    patience_.belong_to(weak_from_this());
    // The map must not keep us alive: we end when nothing is awaited any more.
    id_ = context_.connections.add([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->close();
    });
    asio::co_spawn(
        socket_.get_executor(), [self = shared_from_this()] { return self->serve(); }, asio::detached);
  }

 private:
  Awaitable<void> serve() {
    while (co_await serve_one()) {
    }
    close();
  }

  /// One request and its answer. False: the connection ends.
  Awaitable<bool> serve_one() {
    Parser parser;
    parser.header_limit(context_.limits.header_bytes);
    parser.body_limit(boost::none);  // set once the route is known
    if (!co_await read_head(parser)) co_return false;
    const auto version = parser.get().version();
    const bool head_only = parser.get().method() == http::verb::head;
    auto head = head_of(parser);
    if (auto bad = unreadable(parser, head)) {
      co_await refuse(std::move(*bad), version, head_only);
      co_return false;
    }
    if (context_.workers.full()) {
      auto busy =
          problem(503, "busy", "The server has more requests than it can answer now. Try again in a moment.");
      busy.set("Retry-After", "1");
      co_await refuse(std::move(busy), version, head_only);
      co_return false;
    }
    const bool expects = equals_ignoring_case(head.header("Expect"), "100-continue");
    // Without a body to wait for, judging and answering are one errand.
    auto at_hand = expects ? std::string() : take_body_at_hand(parser);
    const bool whole = parser.is_done();
    auto admit = [this, whole, head = std::move(head), bytes = std::move(at_hand)]() mutable -> Turn {
      auto turn = context_.handler.admit(std::move(head));
      auto* let_in = std::get_if<std::unique_ptr<HttpTurn>>(&turn);
      if (!whole || let_in == nullptr) return turn;
      const auto most = (*let_in)->limit().bytes;
      if (bytes.size() > most) return too_large(most);
      return (*let_in)->answer({.bytes = std::move(bytes), .file = nullptr});
    };
    patience_.wait_without_end();
    auto turn = co_await context_.workers.answer(std::move(admit));
    if (auto* answer = std::get_if<HttpAnswer>(&turn)) {
      if (!whole) {
        co_await refuse(std::move(*answer), version, head_only);
        co_return false;
      }
      co_return co_await write(std::move(*answer), version, parser.keep_alive(), head_only);
    }
    const std::shared_ptr<HttpTurn> let_in = std::move(std::get<std::unique_ptr<HttpTurn>>(turn));
    HttpBody body;
    if (auto bad = co_await read_body(parser, let_in->limit(), expects, body)) {
      co_await refuse(std::move(*bad), version, head_only);
      co_return false;
    }
    auto held = std::make_shared<HttpBody>(std::move(body));
    auto act = [let_in, held]() -> Turn { return let_in->answer(std::move(*held)); };
    patience_.wait_without_end();
    auto answered = co_await context_.workers.answer(std::move(act));
    co_return co_await write(std::move(std::get<HttpAnswer>(answered)), version, parser.keep_alive(),
                             head_only);
  }

  /// False: the caller is gone, said nothing, or was told what is wrong.
  Awaitable<bool> read_head(Parser& parser) {
    error_code bad;
    if (buffer_.size() == 0) {
      patience_.wait_at_most(context_.limits.idle_time);
      buffer_.commit(co_await socket_.async_read_some(buffer_.prepare(kFirstPiece),
                                                      asio::redirect_error(asio::use_awaitable, bad)));
      if (bad) co_return false;
    }
    buffer_.consume(parser.put(buffer_.cdata(), bad));  // most heads come in one piece
    if (bad == http::error::need_more) {
      patience_.wait_at_most(context_.limits.head_time);
      co_await http::async_read_header(socket_, buffer_, parser,
                                       asio::redirect_error(asio::use_awaitable, bad));
    }
    if (!bad) co_return true;
    if (patience_.ran_out()) {
      co_await refuse(problem(408, "request_timeout", "The request's head did not arrive in time."), 11,
                      false);
    } else if (bad == http::error::header_limit) {
      co_await refuse(
          problem(431, "headers_too_large", "The request line and headers are larger than 16 KiB."), 11,
          false);
    } else if (bad.category() == error_code(http::error::bad_method).category() &&
               bad != http::error::end_of_stream && bad != http::error::partial_message) {
      co_await refuse(problem(400, "bad_request", "This is not an HTTP/1.1 request: " + bad.message() + "."),
                      11, false);
    }
    co_return false;
  }

  HttpHead head_of(const Parser& parser) const {
    const auto& message = parser.get();
    HttpHead head{.method = std::string(message.method_string()),
                  .target = std::string(message.target()),
                  .headers = {},
                  .caller = caller_,
                  .scheme = {}};
    for (const auto& field : message) head.headers.emplace_back(field.name_string(), field.value());
    return head;
  }

  /// What RFC 9112 wants refused, and what we do not take.
  static std::optional<HttpAnswer> unreadable(const Parser& parser, const HttpHead& head) {
    if (parser.get().version() != 10 && head.count("Host") != 1) {
      return problem(400, "bad_host", "An HTTP/1.1 request has exactly one Host header.");
    }
    const auto transfer = head.header("Transfer-Encoding");
    if (head.count("Transfer-Encoding") > 1 ||
        (!transfer.empty() && !equals_ignoring_case(transfer, "chunked"))) {
      return problem(400, "bad_transfer_coding", "The only Transfer-Encoding taken is chunked.");
    }
    const auto coding = head.header("Content-Encoding");
    if (!coding.empty() && !equals_ignoring_case(coding, "identity")) {
      return problem(415, "unsupported_coding", "Bodies are taken as they are, without Content-Encoding.");
    }
    return std::nullopt;
  }

  static HttpAnswer too_large(std::uint64_t most) {
    return problem(413, "body_too_large",
                   "The body is larger than the " + std::to_string(most) + " bytes taken here.");
  }

  /// A short body that came along with its head; else nothing is taken.
  std::string take_body_at_hand(Parser& parser) {
    const auto length = parser.content_length();
    if (parser.is_done() || !length || *length > kShortBody || buffer_.size() < *length) return {};
    std::string bytes(*length, '\0');
    parser.get().body().data = bytes.data();
    parser.get().body().size = bytes.size();
    error_code bad;
    buffer_.consume(parser.put(buffer_.cdata(), bad));
    return bytes;
  }

  /// Nothing when the whole body is there, else what to answer.
  Awaitable<std::optional<HttpAnswer>> read_body(Parser& parser, BodyLimit limit, bool expects,
                                                 HttpBody& body) {
    if (parser.content_length() && *parser.content_length() > limit.bytes) co_return too_large(limit.bytes);
    parser.body_limit(limit.bytes);
    error_code bad;
    if (expects) {
      static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
      patience_.wait_at_most(context_.limits.write_time);
      co_await asio::async_write(socket_, asio::buffer(kGoOn),
                                 asio::redirect_error(asio::use_awaitable, bad));
    }
    std::optional<BodyFile> file;
    if (limit.to_file && (!parser.content_length() || *parser.content_length() > kPieceOfBody)) {
      file = BodyFile::create();
      if (!file)
        co_return problem(503, "no_room", "There is no room for the body on this machine's disk now.");
    }
    const auto piece = std::make_unique_for_overwrite<char[]>(kPieceOfBody);
    const auto began = std::chrono::steady_clock::now();
    std::uint64_t received = 0;
    while (!parser.is_done()) {
      parser.get().body().data = piece.get();
      parser.get().body().size = kPieceOfBody;
      patience_.wait_at_most(context_.limits.body_time);
      co_await http::async_read_some(socket_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, bad));
      if (bad == http::error::need_buffer) bad = {};
      if (bad == http::error::body_limit) co_return too_large(limit.bytes);
      if (bad && patience_.ran_out())
        co_return problem(408, "request_timeout", "The body did not arrive in time.");
      if (bad) co_return problem(400, "bad_request", "The body broke off: " + bad.message() + ".");
      const std::string_view read(piece.get(), kPieceOfBody - parser.get().body().size);
      received += read.size();
      if (file ? !file->write(read) : (body.bytes += read, false)) {
        co_return problem(503, "no_room", "There is no room for the body on this machine's disk now.");
      }
      const auto took = std::chrono::steady_clock::now() - began;
      const auto seconds = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(took).count());
      if (took > kGraceOfSlowBodies && received < seconds * context_.limits.least_body_rate) {
        co_return problem(408, "request_timeout", "The body arrives too slowly.");
      }
    }
    if (file) body.file = file->rewound();
    co_return std::nullopt;
  }

  /// An answer to a request that was not read to its end. The caller may still be sending; closing on
  /// unread words would take our answer away with them.
  Awaitable<void> refuse(HttpAnswer answer, unsigned version, bool head_only) {
    co_await write(closing(std::move(answer)), version, false, head_only);
    error_code bad;
    socket_.shutdown(tcp::socket::shutdown_send, bad);
    patience_.wait_at_most(context_.limits.drain_time);
    std::string ignored(kPieceOfBody, '\0');
    for (int i = 0; i < 64 && !bad; ++i) {
      co_await socket_.async_read_some(asio::buffer(ignored), asio::redirect_error(asio::use_awaitable, bad));
    }
  }

  template <class Response>
  void fill_head(Response& response, const HttpAnswer& answer, bool keep_alive) const {
    response.set(http::field::date, http_date_now());
    if (!answer.content_type.empty()) response.set(http::field::content_type, answer.content_type);
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    response.set(http::field::cache_control, "no-store");
    for (const auto& [name, value] : answer.headers) {
      if (equals_ignoring_case(name, "Set-Cookie")) {
        response.insert(name, value);
      } else {
        response.set(name, value);
      }
    }
    response.keep_alive(keep_alive);
  }

  /// False: the connection ends.
  Awaitable<bool> write(HttpAnswer answer, unsigned version, bool keep_alive, bool head_only) {
    keep_alive = keep_alive && !answer.close && !context_.connections.ending();
    if (answer.more && !head_only) co_return co_await write_pieces(std::move(answer), version, keep_alive);
    http::response<http::string_body> response(http::int_to_status(static_cast<unsigned>(answer.status)),
                                               version);
    fill_head(response, answer, keep_alive);
    if (answer.status != 204 && answer.status != 304 && !answer.more)
      response.content_length(answer.body.size());
    if (!head_only) response.body() = std::move(answer.body);
    error_code bad;
    http::response_serializer<http::string_body> serializer(response);
    patience_.wait_at_most(context_.limits.write_time);
    if (head_only) {
      co_await http::async_write_header(socket_, serializer, asio::redirect_error(asio::use_awaitable, bad));
    } else {
      co_await http::async_write(socket_, serializer, asio::redirect_error(asio::use_awaitable, bad));
    }
    co_return !bad && keep_alive;
  }

  Awaitable<bool> write_pieces(HttpAnswer answer, unsigned version, bool keep_alive) {
    const bool chunked = version != 10;
    keep_alive = keep_alive && chunked;
    http::response<http::empty_body> response(http::int_to_status(static_cast<unsigned>(answer.status)),
                                              version);
    fill_head(response, answer, keep_alive);
    response.chunked(chunked);
    error_code bad;
    http::response_serializer<http::empty_body> serializer(response);
    patience_.wait_at_most(context_.limits.write_time);
    co_await http::async_write_header(socket_, serializer, asio::redirect_error(asio::use_awaitable, bad));
    auto piece = std::make_shared<std::string>(std::move(answer.body));
    const auto more = std::make_shared<std::function<bool(std::string&)>>(std::move(answer.more));
    bool goes_on = true;
    while (!bad) {
      if (!piece->empty()) {
        patience_.wait_at_most(context_.limits.write_time);
        if (chunked) {
          co_await asio::async_write(socket_, http::make_chunk(asio::buffer(*piece)),
                                     asio::redirect_error(asio::use_awaitable, bad));
        } else {
          co_await asio::async_write(socket_, asio::buffer(*piece),
                                     asio::redirect_error(asio::use_awaitable, bad));
        }
        if (bad) break;
      }
      if (!goes_on || context_.connections.ending()) break;
      piece->clear();
      patience_.wait_without_end();
      if (answer.every > Micros{0}) {
        pause_.expires_after(answer.every);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, bad));
        if (bad) break;
      }
      auto ask = [piece, more]() -> std::optional<bool> {
        try {
          return (*more)(*piece);
        } catch (const std::exception&) {
          return std::nullopt;
        }
      };
      const auto asked = co_await context_.workers.run(std::move(ask));
      if (!asked) co_return false;  // without its end: the caller sees that the rest is missing
      goes_on = *asked;
    }
    if (!bad && !goes_on && chunked) {
      patience_.wait_at_most(context_.limits.write_time);
      co_await asio::async_write(socket_, http::make_chunk_last(),
                                 asio::redirect_error(asio::use_awaitable, bad));
    }
    co_return !bad && !goes_on && keep_alive;
  }

  void close() {
    error_code ignored;
    patience_.end();
    pause_.cancel();
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  tcp::socket socket_;
  Patience patience_;
  asio::steady_timer pause_;
  ConnectionContext context_;
  boost::beast::flat_buffer buffer_;
  std::string caller_;
  std::uint64_t id_ = 0;
};

}  // namespace

void serve_connection(tcp::socket socket, const ConnectionContext& context) {
  std::make_shared<Connection>(std::move(socket), context)->start();
}

}  // namespace postrider
