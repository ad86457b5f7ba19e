#include "campaign/header_names.h"

#include <fmt/format.h>

#include "base/text.h"
#include "mail/template.h"

namespace postrider {

void HeaderNames::add(std::string_view cell) {
  auto name = std::string{trim(cell)};
  if (name.empty()) name = fmt::format("column {}", names_.size() + 1);
  // Two columns under one name could not both be reached by a {{field}}.
  const auto given = name;
  for (int copy = 2; !keys_.insert(field_key(name)).second; ++copy)
    name = fmt::format("{} ({})", given, copy);
  names_.push_back(std::move(name));
}

}  // namespace postrider
