#include "campaign/loopback.h"

#include <algorithm>

#include "base/text.h"

namespace postrider {

bool is_loopback(std::string_view host) {
  if (host == "::1" || host == "[::1]" || equals_ignoring_case(host, "localhost")) return true;
  const auto parts = split(host, '.');
  return parts.size() == 4 && parts[0] == "127" && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && part.size() <= 3 &&
                  std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
         });
}

}  // namespace postrider
