#include "web/retry_after.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::int64_t kMostSeconds = 366 * 86'400;  // whoever says more means never

std::optional<WallTime> read_date(std::string_view text) {
  constexpr std::string_view kForm = "Sun, 06 Nov 1994 08:49:37 GMT",
                             kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != kForm.size() || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = kMonths.find(text.substr(8, 3));
  if (month == kMonths.npos || month % 3 != 0) return std::nullopt;
  const auto time = parse_rfc3339(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1,
                                              text.substr(5, 2), text.substr(17, 8)));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

std::optional<Micros> read_retry_after(std::string_view value, WallTime now) {
  const auto text = trim(value);
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == text.npos) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc()) seconds = kMostSeconds;
    return std::chrono::seconds{std::min(seconds, kMostSeconds)};
  }
  const auto date = read_date(text);
  if (!date) return std::nullopt;
  return std::clamp(*date - now, Micros{0}, Micros{std::chrono::seconds{kMostSeconds}});
}

}  // namespace postrider
