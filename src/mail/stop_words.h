#pragma once
// Stop words: whether an answer to a mail says nothing but that its writer wants no more, in the words of
// many languages. What it quotes, its greeting line to the quote, and a phone's signature are not its own.
// Only for bounce_report.cc. Pure.

#include <string_view>

namespace postrider {

/// Both valid UTF-8; `subject` counts (without "Re:") where the body has no words of its own. Anything beyond
/// the stop words makes it false: a person reads that, not a program.
bool says_only_stop(std::string_view subject, std::string_view body);

}  // namespace postrider
