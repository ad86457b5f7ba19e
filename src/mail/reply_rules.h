#pragma once
// The table behind interpret(): what a mail server's word means, row by row. The first row that
// fits decides, so the order matters: what is special stands before what is general. Only for
// reply.cc and its test. Pure.
//
// The rules the rows follow:
//   - Anything before RCPT is the mailbox's, and so are 5.7.25 to 5.7.30, 5.7.509 and 5.7.515 anywhere
//     and 4.7.x at the dot: no recipient is failed, suppressed or charged for it.
//   - 4.7.1 at RCPT is the recipient's (greylisting).
//   - A code and an enhanced code that disagree mean "not now", never "dead".
//   - Only a permanent refusal of the address itself suppresses it.

#include <cstdint>
#include <span>
#include <string_view>

#include "mail/reply.h"

namespace postrider {

/// A set of stages, one bit each.
using Stages = std::uint16_t;
constexpr Stages at(Stage stage) {
  return static_cast<Stages>(1u << static_cast<unsigned>(stage));
}

struct ReplyRule {
  std::string_view id;  ///< for tests and for people who look for a row
  Stages stages;
  std::string_view codes;     ///< "550", "55x", "5xx"; several with blanks between; empty: any
  std::string_view enhanced;  ///< "5.1.1", "5.7.x"; several with blanks between; empty: any; "-": none given
  std::string_view words;     ///< in the text, lower case; several with "|" between; empty: any
  Disposition disposition;
  Blame blame;
  bool suppress;
  MailboxAction mailbox;
  std::string_view reason;
  bool soft = false;
  bool slow_domain = false;
};

/// For Trouble::Kind::reply.
std::span<const ReplyRule> reply_rules();

/// What is no reply.
struct BreakRule {
  std::string_view id;
  Trouble::Kind kind;
  Stages stages;
  Disposition disposition;
  Blame blame;
  MailboxAction mailbox;
  std::string_view reason;
};
std::span<const BreakRule> break_rules();

}  // namespace postrider
