#pragma once
// Problem: one thing that stands in the way, with a stable code for programs and a sentence for
// people. Actions that can find several collect them all, so that nobody has to fix one to learn
// of the next. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postrider {

struct Problem {
  std::string code;     ///< "no_recipients"
  std::string message;  ///< a sentence that says what to do
};

/// One error out of many problems: a single one is said as it is, several as a list with `heading`.
/// Needs at least one problem; its kind is `kind`, its code the single problem's or `code`.
Error join_problems(Error::Kind kind, std::string_view code, std::string_view heading,
                    const std::vector<Problem>& problems);

}  // namespace postrider
