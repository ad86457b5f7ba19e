#pragma once
// Path: what stands behind MAIL FROM: and RCPT TO: (RFC 5321 §4.1.2), as the catcher reads it. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "catcher/catcher.h"

namespace postrider {

struct Path {
  std::string address;
  std::string_view parameters;  ///< into the text it was read from
};

/// Reads "FROM:<a@b> SIZE=1"; nothing when malformed.
std::optional<Path> parse_path(std::string_view arguments, std::string_view keyword);

/// The refusal that a MAIL with this path and these parameters deserves; empty when it is fine.
std::string_view refusal_of(const Path& path, const CatcherOptions& options);

}  // namespace postrider
