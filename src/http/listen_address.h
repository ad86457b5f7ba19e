#pragma once
// ListenAddress: where a server waits for callers, as people write it: "127.0.0.1:8000",
// "[::1]:8000", "localhost:0". Pure text; nothing is looked up. Port 0 means: any free one.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

struct ListenAddress {
  std::string address = "127.0.0.1";  ///< an IP address, never a name
  std::uint16_t port = 8000;

  std::string text() const;  ///< "127.0.0.1:8000", "[::1]:8000"
  bool is_loopback() const;  ///< reachable from this machine only
  bool operator==(const ListenAddress&) const = default;
};

/// "ADDR:PORT"; "localhost" is read as 127.0.0.1.
Result<ListenAddress> parse_listen_address(std::string_view text);

/// An IP address alone (or "localhost"), as it stands in HOST.
Result<std::string> parse_listen_host(std::string_view text);

}  // namespace postrider
