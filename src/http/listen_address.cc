#include "http/listen_address.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace postrider {

std::string ListenAddress::text() const {
  return address.find(':') == address.npos ? fmt::format("{}:{}", address, port)
                                           : fmt::format("[{}]:{}", address, port);
}

bool ListenAddress::is_loopback() const {
  boost::system::error_code bad;
  const auto ip = boost::asio::ip::make_address(address, bad);
  return !bad && ip.is_loopback();
}

Result<std::string> parse_listen_host(std::string_view text) {
  if (text == "localhost") return "127.0.0.1";
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  boost::system::error_code bad;
  const auto ip = boost::asio::ip::make_address(std::string(text), bad);
  if (bad) {
    return invalid(
        "bad_listen_address",
        fmt::format("\"{}\" is no IP address to listen on: give 127.0.0.1, 0.0.0.0 or the like.", text));
  }
  return ip.to_string();
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool bare_v6 =
      colon != text.npos && text.find(':') != colon && text.substr(0, colon).find(']') == text.npos;
  if (colon == text.npos || bare_v6) {
    return invalid(
        "bad_listen_address",
        fmt::format("\"{}\" has no port: write ADDRESS:PORT, as in 127.0.0.1:8000 or [::1]:8000.", text));
  }
  auto host = parse_listen_host(text.substr(0, colon));
  if (!host) return std::unexpected(host.error());
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    return invalid("bad_listen_address",
                   fmt::format("\"{}\" is no port: give a number from 0 to 65535.", digits));
  }
  return ListenAddress{std::move(*host), port};
}

}  // namespace postrider
