#include "queue/verdict.h"

#include <algorithm>

#include "base/hash.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using MailboxFault = AttemptOutcome::MailboxFault;

constexpr Micros kFirstPause = 1min;
constexpr Micros kFirstSlowDown = 5s;
constexpr Micros kLongestPause = 1h;
constexpr Micros kLoginPause = 15min;  // asking again sooner gets accounts locked
constexpr Micros kQuotaProbe = 6h;
constexpr Micros kAfterMidnight = 1min;  // clocks differ a little
constexpr int kFaultsUntilStop = 3;
// After pauses of 1, 2, 4 … 32 minutes and then an hour each, this one is a day after the first.
constexpr int kFaultsOfADay = 30;

/// `first`, doubled `times` times, at most `longest`.
Micros doubled(Micros first, int times, Micros longest) {
  Micros wait = first;
  for (int i = 0; i < times && wait < longest; ++i) wait *= 2;
  return std::min(wait, longest);
}

/// Up to a tenth longer, the same for the same email and try: emails deferred together do not come
/// back together, and none comes back early.
Micros with_jitter(Micros wait, std::uint64_t seed, int attempt) {
  const auto spread = std::max<std::int64_t>(wait.count() / 10, 0);
  return wait + Micros{pick(mix(seed, static_cast<std::uint64_t>(attempt)), 0, spread)};
}

/// Whether a trouble that looked passing has stayed too long for that.
bool has_stayed(const AttemptOutcome& outcome, int faults) {
  if (outcome.mailbox_fault != MailboxFault::pause_then_stop) return false;
  return faults >= (outcome.stage == "connect" ? kFaultsOfADay : kFaultsUntilStop);
}

Micros pause_for(const AttemptOutcome& outcome, int faults_before) {
  switch (outcome.mailbox_fault) {
    case MailboxFault::slow_down:
      return doubled(kFirstSlowDown, faults_before, kLongestPause);
    case MailboxFault::pause_day:
      return kQuotaProbe;
    case MailboxFault::none:
    case MailboxFault::pause:
    case MailboxFault::pause_then_stop:
    case MailboxFault::stop:
      break;
  }
  return doubled(outcome.stage == "auth" ? kLoginPause : kFirstPause, faults_before, kLongestPause);
}

/// The mailbox's fault: the email waits for it and pays nothing.
Verdict judge_mailbox(const AttemptOutcome& outcome, const MailboxState& mailbox, WallTime now) {
  // Due at once: the mailbox alone holds it back, and when a person resumes it before its time is up,
  // nothing else does.
  Verdict verdict{.action = Verdict::Action::later, .due = now};
  if (outcome.mailbox_fault == MailboxFault::stop || has_stayed(outcome, mailbox.faults_in_a_row + 1)) {
    verdict.mailbox = Verdict::Mailbox::stop;
    return verdict;
  }
  const bool counted_already = now < mailbox.paused_until && outcome.mailbox_fault != MailboxFault::pause_day;
  if (counted_already) return verdict;
  verdict.mailbox = Verdict::Mailbox::pause;
  verdict.mailbox_until = now + pause_for(outcome, mailbox.faults_in_a_row);
  // A quota that is still used up on its new day goes by another clock than we were told.
  const bool by_clock = outcome.mailbox_fault == MailboxFault::pause_day && mailbox.faults_in_a_row == 0;
  if (by_clock && mailbox.next_quota_day) {
    verdict.mailbox_until =
        std::clamp(*mailbox.next_quota_day + kAfterMidnight, now + kFirstPause, now + 25h);
  }
  return verdict;
}

/// Not now: again, unless that was the last try or the next would come too late.
Verdict judge_deferred(const TaskHistory& history, const RetryRules& rules, WallTime now, bool charge) {
  const int tries = history.tries + 1;
  const Verdict over{.action = Verdict::Action::failed, .charge = charge};
  if (tries >= rules.max_tries) return over;
  const WallTime first = history.tries == 0 ? now : history.first_try;
  const Micros wait = std::max(tries == 1 ? rules.first_wait : rules.later_wait, Micros{1s});
  const WallTime due = now + with_jitter(wait, history.seed, tries);
  if (due > first + rules.max_age) return over;
  return {.action = Verdict::Action::later, .charge = charge, .due = due};
}

}  // namespace

RetryRules retry_rules(std::optional<int> own_tries, std::optional<Micros> own_age,
                       const QueueSettings& queue) {
  const bool unlimited = queue.max_attempts < 0;
  RetryRules rules{.first_wait = queue.min_backoff, .later_wait = queue.max_backoff};
  rules.max_tries = own_tries.value_or(unlimited ? kMostTries : std::min(queue.max_attempts, kMostTries));
  const bool by_duration = unlimited && !own_tries && queue.max_retry_duration > Micros{0};
  rules.max_age =
      own_age.value_or(by_duration ? std::min(queue.max_retry_duration, kLongestAge) : kLongestAge);
  return rules;
}

Verdict judge(const AttemptOutcome& outcome, const TaskHistory& history, const MailboxState& mailbox,
              const RetryRules& rules, WallTime now) {
  // Rules may have been tightened while the email waited; its count still never passes them.
  const bool charge = history.tries < rules.max_tries;
  switch (outcome.disposition) {
    case Disposition::delivered:
      return {.action = Verdict::Action::sent, .charge = charge, .mailbox = Verdict::Mailbox::healthy};
    case Disposition::unknown:
      return {.action = Verdict::Action::uncertain, .charge = charge};
    case Disposition::deferred:
      if (outcome.blame == Blame::mailbox || outcome.mailbox_fault != MailboxFault::none) {
        return judge_mailbox(outcome, mailbox, now);
      }
      return judge_deferred(history, rules, now, charge);
    case Disposition::refused:
      if (outcome.blame == Blame::mailbox) return judge_mailbox(outcome, mailbox, now);
      return {.action = outcome.suppress ? Verdict::Action::bounced : Verdict::Action::failed,
              .charge = charge};
  }
  return {.action = Verdict::Action::uncertain, .charge = charge};  // no other value exists
}

}  // namespace postrider
