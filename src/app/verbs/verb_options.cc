#include "app/verbs/verb_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace postrider {

CLI::Option* add_read(CLI::App* verb, const std::string& name, const std::string& type,
                      const std::string& about, std::function<Result<void>(const std::string&)> read) {
  // The parser's own words begin with the option's name, so ours need not repeat it.
  const auto shown = name.substr(name.find("--"));
  return verb
      ->add_option_function<std::string>(
          name,
          [read = std::move(read), shown](const std::string& text) {
            const auto fine = read(text);
            if (!fine) throw CLI::ValidationError(shown, fine.error().message);
          },
          about)
      ->type_name(type);
}

CLI::Option* add_text(CLI::App* verb, const std::string& name, std::optional<std::string>& target,
                      const std::string& about, const std::string& type) {
  return add_read(verb, name, type, about, [&target](const std::string& text) -> Result<void> {
    target = text;
    return {};
  });
}

Result<std::int64_t> parse_number(std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < low || number > high) {
    const auto allowed =
        high == INT64_MAX ? fmt::format("{} or more", low) : fmt::format("{} to {}", low, high);
    return invalid("bad_number", fmt::format("\"{}\" is not a whole number of {}", text, allowed));
  }
  return number;
}

CLI::Option* add_duration(CLI::App* verb, const std::string& name, std::optional<Micros>& target,
                          const std::string& about) {
  return add_read(verb, name, "DURATION", about, [&target](const std::string& text) -> Result<void> {
    const auto duration = parse_duration(text);
    if (!duration) return std::unexpected(duration.error());
    target = *duration;
    return {};
  });
}

CLI::Option* add_time(CLI::App* verb, const std::string& name, std::optional<WallTime>& target,
                      const std::string& about) {
  return add_read(verb, name, "TIME", about, [&target](const std::string& text) -> Result<void> {
    const auto time = parse_rfc3339(text);
    if (!time) return std::unexpected(time.error());
    target = *time;
    return {};
  });
}

CLI::Option* add_choice(CLI::App* verb, const std::string& name, std::optional<std::string>& target,
                        std::vector<std::string> choices, const std::string& about) {
  const auto type = fmt::format("{}", fmt::join(choices, "|"));
  return add_read(verb, name, type, about,
                  [&target, choices = std::move(choices), type](const std::string& text) -> Result<void> {
                    if (std::ranges::find(choices, text) == choices.end()) {
                      return invalid("bad_choice", fmt::format("\"{}\" is not one of {}", text, type));
                    }
                    target = text;
                    return {};
                  });
}

CLI::Option* add_name(CLI::App* verb, std::string& target, const std::string& about) {
  return add_read(verb, "name,--name", "NAME", about,
                  [&target](const std::string& text) -> Result<void> {
                    target = text;
                    return {};
                  })
      ->required();
}

}  // namespace postrider
