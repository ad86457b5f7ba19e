#pragma once
// Private files: what holds recipients and sealed passwords belongs to its owner alone (0600, in a
// directory of 0700), and its name is on disk before anybody relies on it. Thread safe.

#include <string>

namespace postrider::sqlite {

/// Makes the directory of `file` (0700) if there is none. False, with errno, when it cannot.
bool make_directory_of(const std::string& file);

/// A new empty file, 0600. False, with errno, when it exists or cannot be made.
bool create_private_file(const std::string& file);

/// Makes `file` if absent, and readable by its owner only. False, with errno, when it cannot.
bool ensure_private_file(const std::string& file);

bool sync_file(const std::string& file);
bool sync_directory_of(const std::string& file);

}  // namespace postrider::sqlite
