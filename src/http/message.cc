#include "http/message.h"

#include "base/text.h"

namespace postrider {

std::string_view HttpHead::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (equals_ignoring_case(known, name)) return value;
  }
  return {};
}

int HttpHead::count(std::string_view name) const {
  int found = 0;
  for (const auto& [known, value] : headers) found += equals_ignoring_case(known, name) ? 1 : 0;
  return found;
}

}  // namespace postrider
