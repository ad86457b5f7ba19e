#include "web/target_rules.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"

namespace postrider {
namespace {

std::vector<IpRange> ranges(std::string_view text) {
  auto read = parse_ip_ranges(text);
  CHECK(read.has_value());
  return *read;
}

/// One link only, or a metadata server (Google, AWS, Azure: 169.254.169.254; AWS over IPv6; Alibaba).
const std::vector<IpRange>& link_and_metadata() {
  static const auto all = ranges("169.254.0.0/16 fe80::/10 fd00:ec2::/32 100.100.100.200 168.63.129.16");
  return all;
}

/// Never a server that the whole world may ask: IANA's special-purpose registries (RFC 6890 and successors).
const std::vector<IpRange>& not_public() {
  static const auto all = ranges(
      "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 "
      "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
      "::/128 ::1/128 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 fc00::/7 fec0::/10 ff00::/8");
  return all;
}

/// The IPv4 address that an IPv6 one carries for a gateway to unpack: NAT64 (RFC 6052), 6to4 (RFC 3056),
/// IPv4-compatible (RFC 4291, 2.5.5.1).
std::optional<IpAddress> carried(const IpAddress& address) {
  static const auto nat64 = ranges("64:ff9b::/96"), six_to_four = ranges("2002::/16"),
                    compatible = ranges("::/96");
  const auto& bytes = address.bytes();
  const auto v4_at = [&](std::size_t at) {
    return IpAddress::of_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
  };
  if (contains(nat64, address)) return v4_at(12);
  if (contains(six_to_four, address)) return v4_at(2);
  if (contains(compatible, address) && !contains(not_public(), address)) return v4_at(12);
  return std::nullopt;
}

}  // namespace

TargetRules TargetRules::any() {
  TargetRules rules;
  rules.any_ = true;
  return rules;
}

Result<TargetRules> TargetRules::parse(std::string_view text) {
  TargetRules rules;
  if (text.empty() || equals_ignoring_case(text, "false")) return rules;
  if (equals_ignoring_case(text, "true")) {
    rules.private_ = true;
    return rules;
  }
  auto ranges = parse_ip_ranges(text);
  if (!ranges) return std::unexpected(ranges.error());
  rules.ranges_ = std::move(*ranges);
  return rules;
}

bool TargetRules::allows(const IpAddress& address) const {
  if (any_ || contains(ranges_, address)) return true;
  if (contains(link_and_metadata(), address)) return false;
  if (const auto inner = carried(address)) return allows(*inner);
  return private_ || !contains(not_public(), address);
}

}  // namespace postrider
