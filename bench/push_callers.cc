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
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kStatusAt = std::string_view("HTTP/1.1 ").size();

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

/// As little as will do for the answers that are expected here: all that the callers take, the server lacks.
bool is_whole(std::string_view answer) {
  constexpr std::string_view length = "Content-Length: ", end = "\r\n\r\n";
  const auto body = answer.find(end);
  const auto at = answer.find(length);
  if (body == answer.npos || at == answer.npos) return false;
  return answer.size() >=
         body + end.size() + static_cast<std::size_t>(std::atoi(answer.data() + at + length.size()));
}

asio::awaitable<void> call(Run& run) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(run.server, asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  std::string answer(16 * 1024, '\0');
  while (run.next < run.bodies.size()) {
    const auto asked = request(run.bodies[run.next++]);
    const auto bytes = asio::buffer(asked);
    co_await asio::async_write(socket, bytes, asio::use_awaitable);
    std::size_t size = 0;
    while (!is_whole(std::string_view(answer).substr(0, size))) {
      size += co_await socket.async_read_some(asio::buffer(answer) + size, asio::use_awaitable);
    }
    ++run.statuses[static_cast<unsigned>(std::atoi(answer.c_str() + kStatusAt))];
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
