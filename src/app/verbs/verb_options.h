#pragma once
// Options with meaning: numbers in a range, durations, times, choices. Each reads its text in one
// way everywhere and, when it cannot, says what is allowed. The target stays empty when the option
// is not given, so that a change can tell "not said" from "said".

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// Calls `read` with the option's text; an error becomes a parse error that names the option.
CLI::Option* add_read(CLI::App* verb, const std::string& name, const std::string& type,
                      const std::string& about, std::function<Result<void>(const std::string&)> read);

CLI::Option* add_text(CLI::App* verb, const std::string& name, std::optional<std::string>& target,
                      const std::string& about, const std::string& type = "TEXT");

/// A whole decimal number in [low, high].
Result<std::int64_t> parse_number(std::string_view text, std::int64_t low, std::int64_t high);

template <class Number>
CLI::Option* add_number(CLI::App* verb, const std::string& name, std::optional<Number>& target,
                        std::int64_t low, std::int64_t high, const std::string& about) {
  return add_read(verb, name, "N", about, [&target, low, high](const std::string& text) -> Result<void> {
    const auto number = parse_number(text, low, high);
    if (!number) return std::unexpected(number.error());
    target = static_cast<Number>(*number);
    return {};
  });
}

CLI::Option* add_duration(CLI::App* verb, const std::string& name, std::optional<Micros>& target,
                          const std::string& about);
CLI::Option* add_time(CLI::App* verb, const std::string& name, std::optional<WallTime>& target,
                      const std::string& about);
CLI::Option* add_choice(CLI::App* verb, const std::string& name, std::optional<std::string>& target,
                        std::vector<std::string> choices, const std::string& about);

/// A positional id (or --id), required.
template <class Tag>
CLI::Option* add_id(CLI::App* verb, Id<Tag>& target, const std::string& about) {
  return add_read(verb, "id,--id", "ID", about,
                  [&target](const std::string& text) -> Result<void> {
                    const auto number = parse_number(text, 1, INT64_MAX);
                    if (!number) return std::unexpected(number.error());
                    target.value = *number;
                    return {};
                  })
      ->required();
}

/// A positional name (or --name), required.
CLI::Option* add_name(CLI::App* verb, std::string& target, const std::string& about);

}  // namespace postrider
