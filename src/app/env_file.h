#pragma once
// .env files: lines of NAME=value, as shells and hosting tools write them. Pure: text in, pairs out.
//
//   # a comment                   NAME=value           the rest of the line, trimmed
//   export NAME=value             NAME='as it is'      NAME="with \" \\ \n \t"
//   NAME=value  # a comment after at least one blank

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

using Environment = std::map<std::string, std::string>;

/// An error names the line. The last of two lines with one name counts.
Result<Environment> parse_env_file(std::string_view text);

}  // namespace postrider
