#pragma once
// Scripted faults: what a recipient's address asks the catcher to do wrong. The script is the
// local part up to "+" or "@", so `defer-2+anna@example.com` is anna's address and deferred twice.
// Anything that is no script below is an ordinary address. Pure.
//
//   reply-CODE[-E.N.H]   RCPT is answered with this code: reply-550-5.1.1, reply-452-4.2.2
//   refuse…              RCPT is answered "550 5.1.1" (refuse, refuse-me, refused)
//   defer-N              the first N RCPTs of this address get "451 4.3.0", later ones are accepted
//   slow-N               RCPT is answered after N milliseconds
//   drop-rcpt            the line is closed instead of an answer to RCPT
//   drop-data            the line is closed instead of an answer to DATA
//   dot-CODE[-E.N.H]     the final dot is answered with this code: dot-554-5.7.1
//   late-N               accepted and logged, answered N milliseconds after the final dot
//   drop-dot             accepted and logged, then the line is closed without an answer: `uncertain`
//   lost-dot             the line is closed without an answer and nothing was accepted: also `uncertain`

#include <string>
#include <string_view>

namespace postrider {

struct ScriptedFault {
  enum class Kind { none, reply, defer, slow, drop_rcpt, drop_data, dot, late, drop_dot, lost_dot };
  Kind kind = Kind::none;
  int number = 0;     ///< attempts of defer; milliseconds of slow and late, at most a minute
  std::string reply;  ///< of reply and dot: "550 5.1.1 Scripted by the recipient's address"
};

ScriptedFault parse_scripted_fault(std::string_view address);

}  // namespace postrider
