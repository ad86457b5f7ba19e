#include "http/trusted_proxies.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

/// The address of an entry of X-Forwarded-For, which may have a port: "192.0.2.1:80", "[2001:db8::1]:80".
std::string_view without_port(std::string_view entry) {
  entry = trim(entry);
  if (entry.starts_with('[')) {
    const auto end = entry.find(']');
    return end == entry.npos ? std::string_view() : entry.substr(1, end - 1);
  }
  const auto colon = entry.find(':');
  return colon != entry.npos && colon == entry.rfind(':') ? entry.substr(0, colon) : entry;
}

std::optional<int> read_bits(std::string_view digits, int most) {
  int bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits < 0 || bits > most)
    return std::nullopt;
  return bits;
}

}  // namespace

bool TrustedProxies::read_address(std::string_view text, Octets& octets) {
  const std::string address(text);
  if (::inet_pton(AF_INET6, address.c_str(), octets.data()) == 1) return true;
  std::copy(kMapped.begin(), kMapped.end(), octets.begin());
  return ::inet_pton(AF_INET, address.c_str(), octets.data() + kMapped.size()) == 1;
}

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
  TrustedProxies proxies;
  if (trim(list).empty()) return proxies;
  for (const auto piece : split(list, ',')) {
    const auto text = trim(piece);
    const auto slash = std::min(text.find('/'), text.size());
    const auto address = text.substr(0, slash);
    Network network;
    const bool known = read_address(address, network.octets);
    const bool v4 = address.find(':') == address.npos;
    const auto bits = slash == text.size() ? std::optional(v4 ? 32 : 128)
                                           : read_bits(text.substr(slash + 1), v4 ? 32 : 128);
    if (!known || !bits) {
      return invalid("bad_proxy", fmt::format("\"{}\" is no address and no network such as 10.0.0.0/8",
                                              one_line(text, 60)));
    }
    network.bits = *bits + (v4 ? kMappedBits : 0);
    proxies.networks_.push_back(network);
  }
  return proxies;
}

bool TrustedProxies::trusts(const Octets& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) {
    const auto whole = static_cast<std::size_t>(network.bits / 8);
    const int rest = network.bits % 8;
    if (std::memcmp(address.data(), network.octets.data(), whole) != 0) return false;
    return rest == 0 || ((address[whole] ^ network.octets[whole]) >> (8 - rest)) == 0;
  });
}

void TrustedProxies::name_caller(HttpHead& head) const {
  Octets address;
  if (networks_.empty() || !read_address(head.caller, address) || !trusts(address)) return;

  std::vector<std::string_view> hops;  // as they stand, the nearest last; several headers are one list
  for (const auto& [name, value] : head.headers) {
    if (equals_ignoring_case(name, "X-Forwarded-For"))
      std::ranges::copy(split(value, ','), std::back_inserter(hops));
  }
  for (std::size_t i = hops.size(); i-- > 0;) {
    const auto hop = without_port(hops[i]);
    if (!read_address(hop, address)) break;
    head.caller = std::string(hop);
    if (!trusts(address)) break;
  }
  const auto proto = lower_ascii(trim(head.header("X-Forwarded-Proto")));
  if (head.count("X-Forwarded-Proto") == 1 && (proto == "https" || proto == "http")) head.scheme = proto;
}

}  // namespace postrider
