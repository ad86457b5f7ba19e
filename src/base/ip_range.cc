#include "base/ip_range.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace postrider {
namespace {

constexpr int kMappedBits = 96;  // ::ffff:0:0/96

bool bit(const std::array<std::uint8_t, 16>& bytes, int index) {
  return (bytes[static_cast<std::size_t>(index / 8)] >> (7 - index % 8) & 1) != 0;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != terminated.npos) return std::nullopt;
  std::array<std::uint8_t, 4> v4{};
  if (::inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) return of_v4(v4);
  std::array<std::uint8_t, 16> v6{};
  if (::inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return of_v6(v6);
  return std::nullopt;
}

IpAddress IpAddress::of_v4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  address.bytes_[10] = address.bytes_[11] = 0xff;
  std::ranges::copy(bytes, address.bytes_.begin() + 12);
  return address;
}

IpAddress IpAddress::of_v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

bool IpAddress::is_v4() const {
  const auto none = of_v4({});
  return std::equal(bytes_.begin(), bytes_.begin() + 12, none.bytes_.begin());
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> space{};
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes_.data() + 12, space.data(), space.size());
  } else {
    ::inet_ntop(AF_INET6, bytes_.data(), space.data(), space.size());
  }
  return space.data();
}

Result<IpRange> IpRange::parse(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return invalid("bad_ip_range",
                   fmt::format("\"{}\" is no range of IP addresses: {} Write it like 10.0.0.0/8 or "
                               "2001:db8::/32, or one address.",
                               one_line(text, 60), why));
  };
  const auto slash = text.find('/');
  const auto first = IpAddress::parse(text.substr(0, slash));
  if (!first) return wrong("it begins with no address.");
  const int width = first->is_v4() && text.find(':') == text.npos ? 32 : 128;
  int bits = width;
  if (slash != text.npos) {
    const auto number = text.substr(slash + 1);
    const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (bad != std::errc{} || end != number.data() + number.size() || bits < 0 || bits > width)
      return wrong(fmt::format("the number after the slash is not in 0 to {}.", width));
  }
  IpRange range;
  range.first_ = *first;
  range.bits_ = width == 32 ? kMappedBits + bits : bits;
  for (int i = range.bits_; i < 128; ++i) {
    if (bit(first->bytes(), i)) return wrong("it has bits beyond its prefix.");
  }
  return range;
}

bool IpRange::contains(const IpAddress& address) const {
  for (int i = 0; i < bits_; ++i) {
    if (bit(first_.bytes(), i) != bit(address.bytes(), i)) return false;
  }
  return true;
}

Result<std::vector<IpRange>> parse_ip_ranges(std::string_view text) {
  std::vector<IpRange> ranges;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(", \t", at)) != text.npos) {
    const auto end = std::min(text.find_first_of(", \t", at), text.size());
    const auto range = IpRange::parse(text.substr(at, end - at));
    if (!range) return std::unexpected(range.error());
    ranges.push_back(*range);
    at = end;
  }
  return ranges;
}

bool contains(const std::vector<IpRange>& ranges, const IpAddress& address) {
  return std::ranges::any_of(ranges, [&](const IpRange& range) { return range.contains(address); });
}

}  // namespace postrider
