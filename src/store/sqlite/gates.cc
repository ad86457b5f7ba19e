// The gate: the last look before what cannot be undone, and the intent made durable. Everything
// it asks is read in the transaction that moves the task to COMMITTING; this process is the only
// writer, so nothing can slip in between.

#include <fmt/format.h>

#include "store/sqlite/task_store.h"

namespace postrider::sqlite {

Gates::Gates(Database& db)
    : commit_(db, "UPDATE task SET state = 2 WHERE id = ? AND attempt = ? AND crew_id = ? AND state = 1"),
      slots_(db, "SELECT count(*), min(taken) FROM mailbox_slot WHERE mailbox_id = ? AND taken > ?"),
      take_slot_(db, "INSERT OR IGNORE INTO mailbox_slot (mailbox_id, taken, email_id) VALUES (?, ?, ?)"),
      next_slot_(db, "UPDATE mailbox SET next_slot = ?2 WHERE id = ?1"),
      skip_(db, "UPDATE email SET status = 4, finished_at = ?2, reason = ?3 WHERE id = ?1") {}

GateAnswer Gates::pass(Work& work, HeldTasks& tasks, const Held& held) {
  using Kind = GateAnswer::Kind;
  // Asked again after a lost answer: the intent stands.
  if (held.state == TaskState::committing) return {};

  auto& campaign = work.rows.campaign(held.campaign);
  if (campaign.status != CampaignStatus::sending)
    return {.kind = Kind::cancelled, .why = "the campaign does not send"};
  if (work.rows.queue(campaign.queue).paused) return {.kind = Kind::cancelled, .why = "the queue is paused"};
  auto& mailbox = work.rows.mailbox(held.mailbox);
  if (mailbox.status == 2) return {.kind = Kind::cancelled, .why = "the mailbox is stopped"};

  if (const auto reason = work.suppressions.find(held.address_key)) {
    return {.kind = Kind::suppressed, .why = fmt::format("suppressed: {}", *reason)};
  }
  const auto& tester = campaign.tester_key;
  if (tester && !tester->empty()) {
    if (const auto reason = work.suppressions.find(*tester)) {
      return {.kind = Kind::suppressed, .why = fmt::format("the tester is suppressed: {}", *reason)};
    }
  }

  if (campaign.window && !is_open(*campaign.window, work.now)) {
    return {.kind = Kind::not_before,
            .due = next_open(*campaign.window, work.now),
            .why = "the window is closed"};
  }
  const Micros least = least_gap(campaign.pace.min, mailbox.per_minute);
  if (least > Micros{0} && mailbox.next_slot > work.now) {
    return {.kind = Kind::not_before, .due = mailbox.next_slot, .why = "the mailbox's pace"};
  }
  if (mailbox.cap_24h > 0) {
    auto& taken = slots_.query(held.mailbox.value, to_micros(work.now - std::chrono::days{1}));
    taken.step();
    const auto count = taken.integer(0);
    const auto oldest = from_micros(taken.integer(1));
    taken.reset();
    if (count >= mailbox.cap_24h) {
      return {.kind = Kind::not_before, .due = oldest + std::chrono::days{1}, .why = "the mailbox's cap"};
    }
  }

  if (commit_.run(held.id.value, held.attempt, held.crew.value) == 0) {
    const auto row = tasks.read(held.crew, held.id, held.attempt);
    if (row && row->state == TaskState::committing) return {};
    return {.kind = Kind::lease_lost, .why = "the task is no longer held"};
  }
  // What goes into the catch log keeps to the cap, but leaves no mailbox: it uses nothing up.
  const bool leaves = !tester || !tester->empty();
  if (mailbox.cap_24h > 0 && leaves) take_slot_.run(held.mailbox.value, to_micros(work.now), held.id.value);
  if (least > Micros{0}) {
    const Micros gap = std::max(gap_after(campaign.pace, campaign.seed, held.ordinal), least);
    mailbox.next_slot = work.now + gap;
    next_slot_.run(held.mailbox.value, to_micros(mailbox.next_slot));
    work.rows.touch(held.mailbox);
  }
  return {};
}

bool Gates::release(Work& work, HeldTasks& tasks, const Held& held, const GateAnswer& why) {
  using Kind = GateAnswer::Kind;
  const auto& campaign = work.rows.campaign(held.campaign);
  const bool cancelled = campaign.status == CampaignStatus::cancelled;
  std::string ends = cancelled                                                      ? "Campaign was cancelled"
                     : why.kind == Kind::suppressed || why.kind == Kind::unresolved ? why.why
                                                                                    : "";
  // Suppressed while it was in hand: it ends now, like those that waited then.
  if (ends.empty() && held.kind == TaskKind::email) {
    if (const auto reason = work.suppressions.find(held.address_key)) ends = "suppressed: " + *reason;
  }
  if (!ends.empty()) {
    if (!tasks.remove(work, held)) return false;
    skip_.run(held.id.value, to_micros(work.now), std::string_view{ends});
    work.rows.count(held.campaign, EmailStatus::skipped, 1);
    return true;
  }
  // Its queue was purged while it was in hand: it would have gone with the others, and resume makes
  // new tasks for all of them.
  if (campaign.purged) return tasks.remove(work, held);
  return tasks.put_back(work, held, why.kind == Kind::not_before ? std::max(why.due, held.due) : held.due);
}

}  // namespace postrider::sqlite
