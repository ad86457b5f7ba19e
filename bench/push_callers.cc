// Who rings in bench/push: each line of FILE is the body of a POST /api/tasks/send-email to 127.0.0.1:PORT.
// So many CALLERS go through them together, each with one request at a time on a connection that it keeps.
// Prints {"seconds": …, "statuses": {"200": …}}.
//
//   push_callers PORT FILE CALLERS

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct Run {
  tcp::endpoint server;
  std::vector<std::string> bodies;
  std::size_t next = 0;
  std::map<unsigned, std::size_t> statuses;
};

std::string request(const std::string& body) {
  return fmt::format(
      "POST /api/tasks/send-email HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Google-Cloud-Tasks\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
}

asio::awaitable<void> call(Run& run) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(run.server, asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  boost::beast::flat_buffer buffer;
  while (run.next < run.bodies.size()) {
    const auto asked = request(run.bodies[run.next++]);
    const auto bytes = asio::buffer(asked);
    co_await asio::async_write(socket, bytes, asio::use_awaitable);
    http::response<http::string_body> answer;
    co_await http::async_read(socket, buffer, answer, asio::use_awaitable);
    ++run.statuses[answer.result_int()];
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: push_callers PORT FILE CALLERS\n");
    return 64;
  }
  Run run{.server = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(argv[1]))}};
  std::ifstream in(argv[2]);
  for (std::string line; std::getline(in, line);) run.bodies.push_back(line);

  asio::io_context loop(1);
  const auto began = std::chrono::steady_clock::now();
  for (int n = std::atoi(argv[3]); n > 0; --n) {
    asio::co_spawn(loop, call(run), [](const std::exception_ptr& broken) {
      if (broken) std::rethrow_exception(broken);
    });
  }
  loop.run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::vector<std::string> statuses;
  for (const auto& [status, times] : run.statuses)
    statuses.push_back(fmt::format("\"{}\": {}", status, times));
  fmt::print("{{\"seconds\": {}, \"statuses\": {{{}}}}}\n", took.count(), fmt::join(statuses, ", "));
}
