// What came of an attempt: the verdict is asked for (queue/verdict.h decides, this file obeys) and
// carried out with the attempt's row, the tally, the mailbox and the brake in one transaction.

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "campaign/quota_clock.h"
#include "campaign/suppression.h"
#include "store/sqlite/task_store.h"

namespace postrider::sqlite {
namespace {

constexpr std::size_t kBrakeLooksAt = 200;

/// Of a mailbox's pause or stop, for people: what it means, then what was said or seen.
std::string why_of(const AttemptOutcome& outcome) {
  const std::string text = one_line(outcome.text, 300);
  if (text.empty() || text == outcome.reason) return outcome.reason;
  if (outcome.code == 0) return outcome.reason + " " + text;
  return fmt::format("{} It said: {}{}{} {}", outcome.reason, outcome.code,
                     outcome.enhanced.empty() ? "" : " ", outcome.enhanced, text);
}

bool was_charged(const Held& held) {
  return held.tries > 0;
}

}  // namespace

Records::Records(Database& db)
    : attempts_(db),
      later_(db,
             "UPDATE email SET tries = ?2, last_attempt = ?3, first_try = ?4, resends = ?5, reason = ?6 "
             "WHERE id = ?1"),
      sent_(db, "UPDATE email SET status = 1, tries = ?2, last_attempt = ?3 WHERE id = ?1"),
      finish_(db,
              "UPDATE email SET status = ?2, tries = ?3, last_attempt = ?4, first_try = ?5, reason = ?6 "
              "WHERE id = ?1"),
      suppress_(db,
                "INSERT OR IGNORE INTO suppression (key, reason, created, kind, campaign_id) "
                "SELECT address_key, ?2, ?3, 1, campaign_id FROM recipient WHERE id = ?1"),
      soft_(db, "INSERT OR IGNORE INTO soft_bounce (address_key, campaign_id, failed) VALUES (?, ?, ?)"),
      soft_campaigns_(db, "SELECT count(*) FROM soft_bounce WHERE address_key = ?"),
      forget_soft_(db, "DELETE FROM soft_bounce WHERE address_key = ?"),
      quota_clock_(db, "SELECT quota_clock FROM mailbox WHERE id = ?"),
      mailbox_fault_(db,
                     "UPDATE mailbox SET status = ?2, why = ?3, paused_until = ?4, "
                     "faults_in_a_row = faults_in_a_row + 1 WHERE id = ?1"),
      mailbox_healthy_(db,
                       "UPDATE mailbox SET status = 0, why = '', paused_until = NULL, faults_in_a_row = 0 "
                       "WHERE id = ? AND status < 2"),
      pause_campaign_(db, "UPDATE campaign SET status = ?2, why = ?3, updated = ?4 WHERE id = ?1") {}

bool Records::record(Work& work, HeldTasks& tasks, const Held& held, const AttemptOutcome& outcome) {
  using Action = Verdict::Action;
  const auto& campaign = work.rows.campaign(held.campaign);
  const auto& queue = work.rows.queue(campaign.queue);
  const RetryRules rules = retry_rules(campaign.max_tries, campaign.max_age, queue.settings);
  const TaskHistory history{.tries = held.tries,
                            .first_try = was_charged(held) ? held.first_try : WallTime{},
                            .seed = mix(mix(campaign.seed, static_cast<std::uint64_t>(held.id.value)),
                                        static_cast<std::uint64_t>(held.attempt))};
  MailboxState mailbox{.faults_in_a_row = work.rows.mailbox(held.mailbox).faults_in_a_row};
  if (outcome.mailbox_fault == AttemptOutcome::MailboxFault::pause_day) {
    mailbox.next_quota_day = next_quota_day(work, held.mailbox);
  }
  Verdict verdict = judge(outcome, history, mailbox, rules, work.now);

  int resends = held.resends;
  std::string reason = outcome.reason;
  if (verdict.action == Action::uncertain) {
    if (campaign.on_uncertain == OnUncertain::assume_sent) {
      verdict.action = Action::sent;
      reason = "assumed sent, as the campaign says: " + reason;
    } else if (campaign.on_uncertain == OnUncertain::resend && resends == 0) {
      verdict.action = Action::later;
      verdict.due = work.now;
      ++resends;
      reason = "sent again once, as the campaign says: " + reason;
    }
  }
  // A stopped campaign is not tried again; what is known so far was no delivery.
  const bool cancelled = campaign.status == CampaignStatus::cancelled;

  // Nor is one whose address was suppressed meanwhile.
  const auto suppressed =
      verdict.action == Action::later && !cancelled ? work.suppressions.find(held.address_key) : std::nullopt;

  const bool again = verdict.action == Action::later && !cancelled && !suppressed;
  if (again ? !tasks.put_back(work, held, verdict.due) : !tasks.remove(work, held)) return false;

  const int tries = held.tries + (verdict.charge ? 1 : 0);
  const auto first_try = was_charged(held) ? held.first_try : (verdict.charge ? held.started : WallTime{});
  const bool reached_dot = outcome.stage == "dot" || outcome.disposition == Disposition::delivered ||
                           outcome.disposition == Disposition::unknown;
  attempts_.add({.email = held.id.value,
                 .number = held.attempt,
                 .mailbox = held.mailbox.value,
                 .crew = work.writer.crew.value,
                 .started = to_micros(held.started),
                 .ended = to_micros(work.now),
                 .charged = verdict.charge,
                 .disposition = static_cast<int>(outcome.disposition),
                 .stage = outcome.stage,
                 .code = outcome.code,
                 .enhanced = outcome.enhanced,
                 .server_text = outcome.text,
                 .reason = reason,
                 .sent_as = reached_dot ? work.rows.mailbox(held.mailbox).domain : std::string{}});
  move_mailbox(work, held, verdict, outcome);

  if (again) {
    later_.run(held.id.value, tries, held.attempt, to_micros(first_try), resends, std::string_view{reason});
    return true;
  }

  EmailStatus status = EmailStatus::skipped;
  switch (verdict.action) {
    case Action::sent:
      status = EmailStatus::sent;
      break;
    case Action::failed:
      status = EmailStatus::failed;
      break;
    case Action::bounced:
      status = EmailStatus::bounced;
      break;
    case Action::uncertain:
      status = EmailStatus::uncertain;
      break;
    case Action::later:
      reason = suppressed ? "suppressed: " + *suppressed : "Campaign was cancelled";
      break;
  }
  if (status == EmailStatus::sent && reason.empty()) {
    sent_.run(held.id.value, tries, held.attempt);
  } else {
    finish_.run(held.id.value, static_cast<int>(status), tries, held.attempt, to_micros(first_try),
                std::string_view{reason});
  }
  work.rows.count(held.campaign, status, 1);
  if (status == EmailStatus::sent) work.rows.mark_sent(held.campaign, held.ordinal);
  if (status == EmailStatus::bounced) {
    const std::string why = fmt::format("bounced: {} {}", outcome.enhanced, one_line(outcome.text, 200));
    suppress(work, held, why);
  }
  if (status == EmailStatus::failed && outcome.soft) count_soft(work, held, outcome);
  brake(work, held, outcome.disposition == Disposition::refused && outcome.blame != Blame::mailbox);
  return true;
}

/// Seldom asked, so that the row every attempt reads stays short.
std::optional<WallTime> Records::next_quota_day(Work& work, MailboxId mailbox) {
  std::optional<WallTime> day;
  if (quota_clock_.query(mailbox.value).step()) {
    day = postrider::next_quota_day(quota_clock_.text(0), work.now);
  }
  quota_clock_.reset();
  return day;
}

void Records::suppress(Work& work, const Held& held, std::string_view why) {
  suppress_.run(held.recipient, why, to_micros(work.now));
  work.suppressions.look_again();
}

/// A mailbox that is full in one campaign may be emptied; one that is full in every campaign is read by
/// nobody any more.
void Records::count_soft(Work& work, const Held& held, const AttemptOutcome& outcome) {
  soft_.run(std::string_view{held.address_key}, held.campaign.value, to_micros(work.now));
  soft_campaigns_.query(std::string_view{held.address_key}).step();
  const auto campaigns = soft_campaigns_.integer(0);
  soft_campaigns_.reset();
  if (campaigns < kSoftCampaigns) return;
  const std::string why =
      fmt::format("failed in {} campaigns: {} {}", campaigns, outcome.enhanced, one_line(outcome.text, 200));
  suppress(work, held, why);
  forget_soft_.run(std::string_view{held.address_key});  // should a person lift it, counting begins anew
}

void Records::move_mailbox(Work& work, const Held& held, const Verdict& verdict,
                           const AttemptOutcome& outcome) {
  using Move = Verdict::Mailbox;
  auto& mailbox = work.rows.mailbox(held.mailbox);
  switch (verdict.mailbox) {
    case Move::keep:
      return;
    case Move::healthy:
      if (mailbox.faults_in_a_row == 0 && mailbox.status == 0) return;
      mailbox_healthy_.run(held.mailbox.value);
      mailbox.faults_in_a_row = 0;
      break;
    case Move::pause:
      // Many sessions may break together; that is one fault, not fifty.
      if (mailbox.status == 2) return;
      if (mailbox.status == 1 && mailbox.paused_until > to_micros(work.now)) return;
      mailbox_fault_.run(held.mailbox.value, 1, std::string_view{why_of(outcome)},
                         to_micros(verdict.mailbox_until));
      mailbox.status = 1;
      mailbox.paused_until = to_micros(verdict.mailbox_until);
      ++mailbox.faults_in_a_row;
      break;
    case Move::stop:
      if (mailbox.status == 2) return;
      mailbox_fault_.run(held.mailbox.value, 2, std::string_view{why_of(outcome)}, std::nullopt);
      mailbox.status = 2;
      ++mailbox.faults_in_a_row;
      break;
  }
  work.rows.touch(held.mailbox);
}

void Records::brake(Work& work, const Held& held, bool refused) {
  auto& campaign = work.rows.campaign(held.campaign);
  if (campaign.brake_refusals == 0) return;
  auto& brake = work.rows.brake(held.campaign);
  auto& recent = brake.recent;
  // Two hundred fine ones and another fine one are the same two hundred: nothing to write.
  const bool same = !refused && recent.size() == kBrakeLooksAt && !recent.contains('x');
  if (!same) {
    recent += refused ? 'x' : '.';
    if (recent.size() > kBrakeLooksAt) recent.erase(0, recent.size() - kBrakeLooksAt);
    brake.changed = true;
  }
  if (!refused || campaign.status != CampaignStatus::sending) return;
  const auto refusals = std::ranges::count(recent, 'x');
  const auto finished = std::ssize(recent);
  if (refusals < campaign.brake_refusals || refusals * 100 < campaign.brake_percent * finished) return;

  const std::string why = fmt::format(
      "braked: {} of the last {} emails were refused for good; look at them with "
      "`postrider campaign emails {} --status failed` and `--status bounced`, then resume or stop",
      refusals, finished, held.campaign.value);
  pause_campaign_.run(held.campaign.value, static_cast<int>(CampaignStatus::paused), std::string_view{why},
                      to_micros(work.now));
  campaign.status = CampaignStatus::paused;
  recent.clear();
  work.rows.touch(held.campaign);
}

}  // namespace postrider::sqlite
