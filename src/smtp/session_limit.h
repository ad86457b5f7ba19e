#pragma once
// SessionLimit: how many sessions a mailbox may have open, learned from its server. A server that wants fewer
// (421, 432, "too many connections") gets as many as it has let in; from then on one more is tried each
// minute, so that a limit found once is neither forgotten at once nor kept for ever. In memory only: it
// is a guess about a stranger's mood, and a new process makes its own. Pure.

#include <optional>

#include "base/time.h"
#include "mail/reply.h"

namespace postrider {

class SessionLimit {
 public:
  static constexpr Micros step = std::chrono::minutes{1};

  /// At most `most`, and at least 1.
  int allowed(int most, BootTime now) const;
  /// The server has let in `let_in` and wants no more than that.
  void lower(int let_in, BootTime now);
  /// Other settings, perhaps another server: nothing is known.
  void forget() { limit_.reset(); }
  bool is_lowered() const { return limit_.has_value(); }

 private:
  std::optional<int> limit_;
  BootTime lowered_{};
};

/// Whether a refusal on the way in says that there are too many sessions already, where others of the
/// same mailbox work: also what a server does that does not find words for it, hanging up or closing.
bool is_crowded(const Trouble& trouble);

}  // namespace postrider
