#include "catcher/path.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace postrider {

std::optional<Path> parse_path(std::string_view arguments, std::string_view keyword) {
  if (!equals_ignoring_case(arguments.substr(0, keyword.size()), keyword)) return std::nullopt;
  std::string_view rest = trim(arguments.substr(keyword.size()));
  const auto close = rest.find('>');
  if (!rest.starts_with('<') || close == rest.npos) return std::nullopt;
  return Path{std::string(rest.substr(1, close - 1)), trim(rest.substr(close + 1))};
}

std::string_view refusal_of(const Path& path, const CatcherOptions& options) {
  bool utf8 = false;
  for (const std::string_view parameter : split(path.parameters, ' ')) {
    const std::string_view name = parameter.substr(0, parameter.find('='));
    if (name.empty() || equals_ignoring_case(name, "BODY")) continue;
    if (equals_ignoring_case(name, "SMTPUTF8") && options.smtputf8) {
      utf8 = true;
    } else if (equals_ignoring_case(name, "SIZE")) {
      std::size_t size = 0;
      std::from_chars(parameter.data() + std::min<std::size_t>(5, parameter.size()),
                      parameter.data() + parameter.size(), size);
      if (size > options.max_message) return "552 5.3.4 Message too big";
    } else {
      return "555 5.5.4 Unknown parameter";
    }
  }
  const bool is_ascii =
      std::ranges::all_of(path.address, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return utf8 || is_ascii ? std::string_view{} : "553 5.6.7 Needs SMTPUTF8";
}

}  // namespace postrider
