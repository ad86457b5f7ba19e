#pragma once
// IP addresses and ranges of them (CIDR, RFC 4632 and 4291), as settings name them: "10.0.0.0/8", "::1".
// An IPv4 address and its form mapped into IPv6 (::ffff:10.0.0.1) are the same address. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postrider {

class IpAddress {
 public:
  /// Text as inet_pton reads it; a zone ("fe80::1%eth0") is not part of it.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress of_v4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress of_v6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v4() const;
  std::string text() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }  ///< in network order, IPv4 mapped
  bool operator==(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class IpRange {
 public:
  /// "10.0.0.0/8", or one address. Bits beyond the prefix must be zero, lest a typing error opens more
  /// than was meant.
  static Result<IpRange> parse(std::string_view text);

  bool contains(const IpAddress& address) const;
  bool operator==(const IpRange&) const = default;

 private:
  IpAddress first_;
  int bits_ = 128;  // of the mapped form
};

/// Ranges with commas or spaces between them; empty text: none. The error names the one that is wrong.
Result<std::vector<IpRange>> parse_ip_ranges(std::string_view text);

bool contains(const std::vector<IpRange>& ranges, const IpAddress& address);

}  // namespace postrider
