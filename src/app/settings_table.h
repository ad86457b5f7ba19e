#pragma once
// The table of settings: every name Postrider reads from the environment or from .env, and every
// name of the system it replaces. It is the one source of the parser (settings.cc), of
// .env.example and of docs/settings.md; tests compare the two files with it. Immutable.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postrider {

struct SettingRow {
  enum class Kind { text, number, yes_no, choice, secret };
  enum class State {
    effective,  ///< does what `about` says
    replaced,   ///< has no effect; `about` says what to use instead
  };
  std::string_view group;
  std::string_view name;  ///< ends in "*": every name that begins so
  Kind kind = Kind::text;
  State state = State::effective;
  std::string_view standard;       ///< the default, as text; empty: not set
  std::int64_t low = 0, high = 0;  ///< of a number
  std::string_view choices;        ///< "a|b|c"
  std::string_view about;          ///< one line
};

std::span<const SettingRow> settings_table();

/// The row of this name, or nullptr.
const SettingRow* find_setting(std::string_view name);

std::string_view to_string(SettingRow::Kind kind);

/// The text of .env.example and of docs/settings.md.
std::string env_example();
std::string settings_markdown();

}  // namespace postrider
