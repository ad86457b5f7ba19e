#pragma once
// What this process knows of the terminal it was called from.

#include <string>

namespace postrider {

bool stdout_is_terminal();
int terminal_columns();  ///< 80 when unknown

/// Asks on the terminal, without echo. Empty when there is none.
std::string ask_password(const std::string& prompt);
/// The first line of standard input, for programs that pass a password on.
std::string read_password();

}  // namespace postrider
