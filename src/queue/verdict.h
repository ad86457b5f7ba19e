#pragma once
// The verdict: what we do with a task after an attempt. A pure function of what came of it, of
// how often it was tried, and of the rules; the store carries it out in one transaction.

#include <cstdint>
#include <optional>
#include <string>

#include "base/outcome.h"
#include "base/time.h"
#include "queue/queue_settings.h"

namespace postrider {

/// An email is never tried more often or later than this, whatever its queue and campaign say.
constexpr int kMostTries = 10;
constexpr Micros kLongestAge = std::chrono::days{5};

/// How one campaign's emails are tried again.
struct RetryRules {
  int max_tries = 3;                            ///< 1..10; never exceeded
  Micros max_age = kLongestAge;                 ///< no try is made later than this after the first
  Micros first_wait = std::chrono::minutes{5};  ///< after the first try; jitter only upwards (≤ 10 %)
  Micros later_wait = std::chrono::hours{1};    ///< after each further one
};

/// What is in force: the campaign's own number of tries and age where it names them, else its queue's.
/// Cloud Tasks gives up when both max-attempts and max-retry-duration are reached; an email's tries
/// never pass max-attempts, so the duration rules only where attempts are unlimited (-1).
RetryRules retry_rules(std::optional<int> own_tries, std::optional<Micros> own_age,
                       const QueueSettings& queue);

/// What an attempt did, stripped of everything mail-specific.
struct AttemptOutcome {
  Disposition disposition = Disposition::deferred;
  Blame blame = Blame::none;
  bool suppress = false;

  /// `pause_then_stop`: looks passing and is not when it stays.
  enum class MailboxFault { none, slow_down, pause, pause_then_stop, pause_day, stop };
  MailboxFault mailbox_fault = MailboxFault::none;

  // The server's words, for the attempt's row.
  std::string stage;  ///< "rcpt", "dot" …; empty when nothing was said
  int code = 0;
  std::string enhanced;
  std::string text;    ///< the server's words, or ours if it said nothing
  std::string reason;  ///< one sentence for people

  /// A full mailbox and the like: an address that campaign after campaign fails by it is dead.
  bool soft = false;
};

struct TaskHistory {
  int tries = 0;           ///< charged before this attempt
  WallTime first_try{};    ///< epoch if tries is 0
  std::uint64_t seed = 0;  ///< jitter = hash(seed, task, attempt)
};

struct MailboxState {
  int faults_in_a_row = 0;
  /// The pause that stands already, if any. Sessions that fail together are one fault, not many:
  /// a further one before this moment neither lengthens the pause nor counts again.
  WallTime paused_until{};
  /// When the provider's quota begins anew, where its clock is known (campaign/quota_clock.h).
  std::optional<WallTime> next_quota_day;
};

struct Verdict {
  enum class Action {
    sent,      ///< done
    later,     ///< SCHEDULED again at `due`
    failed,    ///< for good
    bounced,   ///< for good, and the address is suppressed
    uncertain  ///< nobody knows
  };
  Action action = Action::later;
  bool charge = false;  ///< whether this attempt counts as one of the email's tries
  WallTime due{};       ///< for `later`
  enum class Mailbox { keep, healthy, pause, stop };
  Mailbox mailbox = Mailbox::keep;  ///< pause and stop count as one more fault in a row, healthy as none
  WallTime mailbox_until{};         ///< for Mailbox::pause: when to probe
};

/// The table of "what we do". Tries are due at 0, +5 min and +65 min by default; the email has
/// failed when its tries are used up or the next one would come later than `max_age`. A mailbox's
/// fault charges the email nothing and pauses the mailbox for 1 min, doubling with each fault in a
/// row up to 1 h (5 s when it is only to slow down, at least 15 min when the server refuses to log
/// us in for now). A used-up daily quota pauses it until the provider's next day where its clock is known;
/// where it is not, or the new day did not help, it is asked again every 6 h. A server that turns us away at
/// its greeting or breaks TLS three times in a row stops the mailbox, and so does a port that is closed
/// for more than a day.
///
/// `due` of a `later` is after `now`, except after a mailbox's fault: there it is `now`, because the
/// paused or stopped mailbox holds the email back, and nothing else should once it sends again.
Verdict judge(const AttemptOutcome& outcome, const TaskHistory& history, const MailboxState& mailbox,
              const RetryRules& rules, WallTime now);

}  // namespace postrider
