#include "store/sqlite/open_emails.h"

#include <fmt/format.h>

#include <vector>

namespace postrider::sqlite {
namespace {

// The first reason stays: it says since when and why the address is not mailed. But who lifts a bounce
// must not lift with it that somebody unsubscribed.
constexpr auto kAdd =
    "INSERT INTO suppression (key, reason, created, kind, campaign_id) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, created = excluded.created, "
    "kind = excluded.kind, campaign_id = excluded.campaign_id "
    "WHERE suppression.kind < 2 AND excluded.kind >= 2";

// By index all the way: unfinished campaigns, this address in each, its email, its task.
constexpr auto kFind =
    "SELECT e.id, c.id, t.lane_id, t.state FROM campaign c "
    "CROSS JOIN recipient_key k ON k.campaign_id = c.id AND k.address_key = ? "
    "CROSS JOIN email e ON e.campaign_id = c.id AND e.ordinal = k.ordinal "
    "LEFT JOIN task t ON t.id = e.id WHERE c.status IN (1, 2, 3) AND c.hidden = 0 AND e.status = 0";

constexpr auto kFindOne =
    "SELECT e.campaign_id, e.status, t.lane_id, t.state FROM email e CROSS JOIN campaign c ON c.id = e.campaign_id "
    "LEFT JOIN task t ON t.id = e.id WHERE e.id = ? AND c.hidden = 0";

// Whose planner sleeps while nothing waits any more that would wake it.
constexpr auto kMore =
    "SELECT 1 FROM campaign c WHERE c.id = ? AND c.status = 2 AND c.plan_cursor < c.total AND NOT EXISTS "
    "(SELECT 1 FROM lane l WHERE l.campaign_id = c.id AND l.mailbox_id > 0 AND l.waiting > 0)";

}  // namespace

OpenEmails::OpenEmails(Writer& writer)
    : writer_(writer),
      add_(writer.db, kAdd),
      find_(writer.db, kFind),
      find_one_(writer.db, kFindOne),
      drop_task_(writer.db, "DELETE FROM task WHERE id = ? AND state = 0"),
      skip_(writer.db, "UPDATE email SET status = 4, finished_at = ?2, reason = ?3 WHERE id = ?1"),
      more_(writer.db, kMore) {}

void OpenEmails::suppress(const Suppression& one, SuppressAnswer& answer) {
  const auto created = one.created == WallTime{} ? writer_.clock.wall_now() : one.created;
  const auto campaign = one.campaign ? std::optional{one.campaign.value} : std::nullopt;
  answer.added += add_.run(std::string_view{one.key}, std::string_view{one.reason}, to_micros(created),
                           static_cast<int>(one.kind), campaign);
  // Also of one that was suppressed before: a retry may have given it an open email since.
  if (!one.key.starts_with('@')) answer.cancelled += skip(one.key, "suppressed: " + one.reason);
}

std::int64_t OpenEmails::skip(std::string_view address_key, std::string_view reason) {
  std::vector<Open> found;
  find_.query(address_key);
  while (find_.step()) {
    const auto state = find_.maybe_integer(3);
    if (state.value_or(0) == 0) found.push_back({find_.integer(0), find_.integer(1), find_.maybe_integer(2)});
  }
  find_.reset();
  for (const auto& open : found) end(open, reason);
  return std::ssize(found);
}

Result<CampaignId> OpenEmails::skip(EmailId id, std::string_view reason) {
  if (!find_one_.query(id.value).step()) {
    return not_found("email_not_found", fmt::format("There is no email {}.", id.value));
  }
  const Open open{id.value, find_one_.integer(0), find_one_.maybe_integer(2)};
  const auto status = static_cast<EmailStatus>(find_one_.integer(1));
  const auto state = find_one_.maybe_integer(3);
  find_one_.reset();
  if (status != EmailStatus::pending) {
    return conflict("email_over", fmt::format("Email {} is {}: it cannot be skipped any more.", id.value,
                                              to_string(status)));
  }
  if (state.value_or(0) != 0) {
    return conflict(
        "email_under_way",
        fmt::format("An attempt to send email {} is under way. Ask again when it has ended.", id.value));
  }
  end(open, reason);
  return CampaignId{open.campaign};
}

void OpenEmails::end(const Open& open, std::string_view reason) {
  if (open.lane) {
    drop_task_.run(open.email);
    writer_.add_waiting(LaneId{*open.lane}, -1);
  }
  const auto now = writer_.clock.wall_now();
  skip_.run(open.email, to_micros(now), reason);
  writer_.count(CampaignId{open.campaign}, EmailStatus::skipped, 1, now);
  campaigns_.insert(open.campaign);
}

void OpenEmails::settle() {
  for (const auto campaign : campaigns_) {
    const CampaignId id{campaign};
    writer_.settle(id);
    const bool more = more_.query(campaign).step();
    more_.reset();
    if (more) writer_.wake_planner(id, writer_.clock.wall_now());
    writer_.refresh_lanes_of(id);
  }
  campaigns_.clear();
}

}  // namespace postrider::sqlite
