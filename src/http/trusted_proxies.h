#pragma once
// TrustedProxies: the proxies before this server whose word about the caller counts. Without any, what a
// request says in X-Forwarded-For and X-Forwarded-Proto means nothing: anybody can write it. RFC 7239's
// Forwarded is never read: a proxy that writes the one header passes the other on as the caller wrote it.
// Immutable.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace postrider {

class TrustedProxies {
 public:
  /// Addresses and networks separated by commas: "127.0.0.1, 10.0.0.0/8, fd00::/8"; empty: none. An error
  /// names the piece that is neither.
  static Result<TrustedProxies> parse(std::string_view list);

  /// Makes of the peer the caller: the right-most address of X-Forwarded-For that is no trusted proxy (the
  /// left-most, if all are), and of X-Forwarded-Proto the scheme. Changes nothing when the peer is not
  /// trusted; what is not an address ends the search at the last proxy that is known.
  void name_caller(HttpHead& head) const;

 private:
  using Octets = std::array<unsigned char, 16>;  // IPv4 as ::ffff:a.b.c.d
  struct Network {
    Octets octets{};
    int bits = 128;
  };
  static bool read_address(std::string_view text, Octets& octets);
  bool trusts(const Octets& address) const;

  std::vector<Network> networks_;
};

}  // namespace postrider
