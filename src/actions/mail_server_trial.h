#pragma once
// MailServerTrial: what came of trying a mail server, step by step, up to the first that failed.
// Nothing is ever sent: the last step names a sender and takes it back. Plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "mail/reply.h"

namespace postrider {

/// Of the certificate the server showed, trusted or not.
struct CertificateSeen {
  std::string subject, issuer;
  std::string names;  ///< those it is good for, comma separated
  WallTime not_before{}, not_after{};
  std::string pin;       ///< SHA-256 of its public key, hex
  std::string protocol;  ///< "TLSv1.3"; empty when the handshake was not finished
};

struct TrialStep {
  std::string name;  ///< "token", "look-up", "connect", "greeting", "ehlo", "tls", "login", "sender"
  bool passed = false;
  Micros took{};
  std::string words;  ///< what was reached, or what went wrong
};

struct MailServerTrial {
  std::vector<TrialStep> steps;
  std::optional<Trouble> trouble;  ///< of the last step; nothing: the mailbox may send
  std::optional<CertificateSeen> certificate;
  std::uint64_t max_size = 0;  ///< largest message the server takes; 0: it named no limit
};

}  // namespace postrider
