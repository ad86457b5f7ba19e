// What a campaign that has not ended waits for, and until when: the answer to "why does nothing
// happen?". Read from the same rows that rule a claim, in the order in which they stop one.

#include <fmt/format.h>

#include <algorithm>

#include "store/sqlite/campaign_store.h"
#include "store/sqlite/window_text.h"

namespace postrider::sqlite {
namespace {

struct Rules {
  CampaignStatus status = CampaignStatus::draft;
  std::string why, queue, window;
  bool queue_paused = false;
  std::optional<std::int64_t> scheduled_at;
};

constexpr auto kRules =
    "SELECT c.status, c.why, q.name, c.window, q.paused, c.scheduled_at FROM campaign c JOIN queue q ON q.id "
    "= c.queue_id WHERE c.id = ? AND c.hidden = 0";

struct Account {
  std::string name, why;
  MailboxStatus status = MailboxStatus::active;
  std::optional<std::int64_t> paused_until;
  std::int64_t cap = 0, next_slot = 0, id = 0;
};

constexpr auto kAccounts =
    "SELECT m.name, m.why, m.status, m.paused_until, m.cap_24h, m.next_slot, m.id FROM campaign_mailbox cm "
    "JOIN mailbox m ON m.id = cm.mailbox_id WHERE cm.campaign_id = ? ORDER BY cm.position";

std::vector<Account> accounts(Database& db, CampaignId id) {
  std::vector<Account> all;
  Statement rows(db, kAccounts);
  rows.query(id.value);
  while (rows.step()) {
    all.push_back({std::string{rows.text(0)}, std::string{rows.text(1)},
                   static_cast<MailboxStatus>(rows.integer(2)), rows.maybe_integer(3), rows.integer(4),
                   rows.integer(5), rows.integer(6)});
  }
  return all;
}

// The oldest of the last `cap` sends: the day's cap opens again 24 hours after it.
constexpr auto kCapOpens =
    "SELECT taken FROM mailbox_slot WHERE mailbox_id = ?1 AND taken > ?2 ORDER BY taken DESC LIMIT 1 OFFSET "
    "?3";

/// What keeps this mailbox from sending now; nothing when it may.
std::optional<Waiting> obstacle(Database& db, const Account& account, WallTime now) {
  const auto said = [&] { return account.why.empty() ? "" : ": " + account.why; };
  if (account.status == MailboxStatus::stopped) {
    return Waiting{fmt::format("mailbox {} is stopped{}", account.name, said()), std::nullopt};
  }
  if (account.status == MailboxStatus::paused && account.paused_until.value_or(0) > to_micros(now)) {
    return Waiting{fmt::format("mailbox {} is paused{}", account.name, said()),
                   from_micros(*account.paused_until)};
  }
  if (account.cap > 0) {
    const Micros day = std::chrono::hours{24};
    Statement slot(db, kCapOpens);
    if (slot.query(account.id, to_micros(now - day), account.cap - 1).step()) {
      return Waiting{fmt::format("mailbox {} has sent its {} emails of 24 hours", account.name, account.cap),
                     from_micros(slot.integer(0)) + day};
    }
  }
  if (account.next_slot > to_micros(now)) {
    return Waiting{fmt::format("the pace of mailbox {}", account.name), from_micros(account.next_slot)};
  }
  return std::nullopt;
}

/// The obstacle that goes first; nothing when some mailbox may send now.
std::optional<Waiting> first_to_go(Database& db, const std::vector<Account>& accounts, WallTime now) {
  std::optional<Waiting> first;
  for (const auto& account : accounts) {
    auto here = obstacle(db, account, now);
    if (!here) return std::nullopt;
    if (!first || (here->until && (!first->until || *here->until < *first->until))) first = std::move(here);
  }
  return first;
}

struct Lanes {
  std::int64_t held = 0;
  std::optional<std::int64_t> first_due, wake;
  std::int64_t tries = 0;  ///< of the email that is due first
};

constexpr auto kHeld =
    "SELECT count(*) FROM lane l JOIN task t ON t.lane_id = l.id AND t.state > 0 WHERE l.campaign_id = ? "
    "AND l.mailbox_id > 0";
constexpr auto kFirst =
    "SELECT min((SELECT min(t.due) FROM task t WHERE t.lane_id = l.id AND t.state = 0)), min(l.wake) FROM "
    "lane l WHERE l.campaign_id = ? AND l.mailbox_id > 0";
constexpr auto kTries =
    "SELECT e.tries FROM lane l JOIN task t ON t.lane_id = l.id AND t.state = 0 JOIN email e ON e.id = t.id "
    "WHERE l.campaign_id = ?1 AND l.mailbox_id > 0 AND t.due = ?2 ORDER BY e.tries DESC LIMIT 1";

Lanes lanes(Database& db, CampaignId id) {
  Lanes found;
  Statement held(db, kHeld), first(db, kFirst), tries(db, kTries);
  held.query(id.value).step();
  found.held = held.integer(0);
  first.query(id.value).step();
  found.first_due = first.maybe_integer(0);
  found.wake = first.maybe_integer(1);
  if (found.first_due && tries.query(id.value, *found.first_due).step()) found.tries = tries.integer(0);
  return found;
}

/// A sending campaign, from the widest obstacle to the narrowest.
Waiting of_sending(Database& db, CampaignId id, const Rules& rules, WallTime now) {
  if (rules.queue_paused) {
    return {fmt::format("queue {} is paused; `postrider queue resume {}`", rules.queue, rules.queue),
            std::nullopt};
  }
  const auto waiting = lanes(db, id);
  if (waiting.held > 0) return {"sending now", std::nullopt};
  if (const auto window = window_from_text(rules.window); window && !is_open(*window, now)) {
    return {"its window opens", next_open(*window, now)};
  }
  if (auto obstacle = first_to_go(db, accounts(db, id), now)) return *obstacle;
  if (!waiting.first_due) return {"its plan is being made", std::nullopt};
  if (*waiting.first_due > to_micros(now)) {
    const auto* what =
        waiting.tries > 0 ? "a deferred email is tried again" : "the next email's planned time";
    return {what, from_micros(*waiting.first_due)};
  }
  if (waiting.wake && *waiting.wake > to_micros(now)) {
    return {fmt::format("the rate of queue {}", rules.queue), from_micros(*waiting.wake)};
  }
  return {"sending now", std::nullopt};
}

}  // namespace

Waiting SqliteCampaignStore::waiting(CampaignId id, WallTime now) {
  std::string trouble;
  {
    const std::lock_guard lock(writer_.mutex);
    trouble = writer_.trouble;
  }
  return read([&](Database& db) -> Waiting {
    Statement row(db, kRules);
    if (!row.query(id.value).step()) return {};
    const Rules rules{static_cast<CampaignStatus>(row.integer(0)),
                      std::string{row.text(1)},
                      std::string{row.text(2)},
                      std::string{row.text(3)},
                      row.integer(4) != 0,
                      row.maybe_integer(5)};
    Statement quarantine(db, "SELECT 1 FROM meta WHERE key = 'quarantined_at'");
    const bool moves = rules.status == CampaignStatus::scheduled || rules.status == CampaignStatus::sending;
    if (moves && quarantine.step()) {
      return {"this database was restored from a backup; `postrider resume --restored`", std::nullopt};
    }
    if (moves && !trouble.empty())
      return {"nothing can be written, so nothing is sent: " + trouble, std::nullopt};
    switch (rules.status) {
      case CampaignStatus::draft:
        return {"it has not been started", std::nullopt};
      case CampaignStatus::scheduled:
        return {"its start",
                rules.scheduled_at ? std::optional{from_micros(*rules.scheduled_at)} : std::nullopt};
      case CampaignStatus::paused:
        return {rules.why.empty() ? "it is paused" : "it is paused: " + rules.why, std::nullopt};
      case CampaignStatus::sending:
        return of_sending(db, id, rules, now);
      case CampaignStatus::completed:
      case CampaignStatus::failed:
      case CampaignStatus::cancelled:
        return {};
    }
    return {};
  });
}

}  // namespace postrider::sqlite
