// Slots of a mailbox taken outside any campaign, for a single message that a person sends. The gate
// takes those of the campaigns' emails (gates.cc).

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

constexpr auto kMailbox = "SELECT name, status, why, paused_until, cap_24h FROM mailbox WHERE id = ?";
constexpr auto kTaken = "SELECT count(*), min(taken) FROM mailbox_slot WHERE mailbox_id = ? AND taken > ?";
// No email of a campaign has the id 0.
constexpr auto kTake = "INSERT OR IGNORE INTO mailbox_slot (mailbox_id, taken, email_id) VALUES (?, ?, 0)";

}  // namespace

Result<void> SqliteCampaignStore::take_slot(MailboxId id) {
  return write([&](Database& db) -> Result<void> {
    Statement mailbox(db, kMailbox);
    if (!mailbox.query(id.value).step())
      return not_found("mailbox_not_found", fmt::format("There is no mailbox {}.", id.value));
    const auto now = this->now();
    const auto until = mailbox.maybe_integer(3);
    const bool paused = mailbox.integer(1) == 1 && until && *until > to_micros(now);
    if (mailbox.integer(1) == 2 || paused) {
      return conflict(
          "mailbox_not_active",
          fmt::format("Mailbox {0} is {1}: {2}. Mend it, try it with `postrider mailbox test {0}`, "
                      "then `postrider mailbox resume {0}`.",
                      mailbox.text(0), paused ? "paused" : "stopped", mailbox.text(2)));
    }
    const auto cap = mailbox.integer(4);
    if (cap == 0) return {};
    Statement taken(db, kTaken);
    taken.query(id.value, to_micros(now - std::chrono::days{1})).step();
    if (taken.integer(0) >= cap) {
      return conflict(
          "cap_used_up",
          fmt::format("Mailbox {} has sent its {} of 24 hours; the next may go at {}.", mailbox.text(0), cap,
                      format_rfc3339(from_micros(taken.integer(1)) + std::chrono::days{1})));
    }
    Statement(db, kTake).run(id.value, to_micros(now));
    return {};
  });
}

}  // namespace postrider::sqlite
