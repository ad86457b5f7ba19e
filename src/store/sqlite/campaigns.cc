// Campaigns as nouns: made, changed, shown. What happens in their life is in life.cc, their end in
// removal.cc.

#include <fmt/format.h>

#include <limits>

#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/window_text.h"

namespace postrider::sqlite {
namespace {

/// An error unless every mailbox and the queue exist.
Result<void> check_references(Database& db, const Campaign& campaign) {
  Statement mailbox(db, "SELECT 1 FROM mailbox WHERE id = ?");
  for (const auto id : campaign.mailboxes) {
    if (!mailbox.query(id.value).step()) {
      return not_found("mailbox_not_found",
                       fmt::format("There is no mailbox {}. See `postrider mailbox list`.", id.value));
    }
  }
  Statement queue(db, "SELECT 1 FROM queue WHERE id = ?");
  if (campaign.queue && !queue.query(campaign.queue.value).step()) {
    return not_found("queue_not_found",
                     fmt::format("There is no queue {}. See `postrider queue list`.", campaign.queue.value));
  }
  return {};
}

void set_mailboxes(Database& db, CampaignId id, const std::vector<MailboxId>& mailboxes) {
  Statement(db, "DELETE FROM campaign_mailbox WHERE campaign_id = ?").run(id.value);
  Statement add(db, "INSERT INTO campaign_mailbox (campaign_id, position, mailbox_id) VALUES (?, ?, ?)");
  int position = 0;
  for (const auto mailbox : mailboxes) add.run(id.value, position++, mailbox.value);
}

// Without a queue it gets the default one, which is the first there was.
constexpr auto kInsert =
    "INSERT INTO campaign (name, description, subject, message, queue_id, pace_min, pace_max, window, seed, "
    "max_tries, max_age, on_uncertain, skip_unresolved, brake_refusals, brake_percent, updated, status, "
    "columns, source, created) VALUES (?1, ?2, ?3, ?4, coalesce(?5, (SELECT min(id) FROM queue)), ?6, ?7, "
    "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
    "?16, 0, '[]', ?17, ?16)";

constexpr auto kUpdate =
    "UPDATE campaign SET name = ?1, description = ?2, subject = ?3, message = ?4, queue_id = coalesce(?5, "
    "queue_id), pace_min = ?6, pace_max = ?7, window = ?8, seed = ?9, max_tries = ?10, max_age = ?11, "
    "on_uncertain = ?12, skip_unresolved = ?13, brake_refusals = ?14, brake_percent = ?15, updated = ?16 "
    "WHERE id = ?17";

template <class Last>
void run_settings(Statement& statement, const Campaign& c, WallTime now, const Last& last) {
  const std::string window = window_to_text(c.window);
  const auto queue = c.queue ? std::optional{c.queue.value} : std::nullopt;
  const auto max_tries = c.max_tries ? std::optional<std::int64_t>{*c.max_tries} : std::nullopt;
  const auto max_age = c.max_age ? std::optional{c.max_age->count()} : std::nullopt;
  statement.run(std::string_view{c.name}, std::string_view{c.description}, std::string_view{c.subject},
                std::string_view{c.message}, queue, c.pace.min.count(), c.pace.max.count(),
                std::string_view{window}, static_cast<std::int64_t>(c.seed), max_tries, max_age,
                static_cast<int>(c.on_uncertain), c.skip_unresolved, c.brake_refusals, c.brake_percent,
                to_micros(now), last);
}

}  // namespace

Result<CampaignId> SqliteCampaignStore::create_campaign(const Campaign& draft,
                                                        const std::vector<Attachment>* files) {
  return write([&](Database& db) -> Result<CampaignId> {
    if (auto known = check_references(db, draft); !known) return std::unexpected(known.error());
    Statement insert(db, kInsert);
    run_settings(insert, draft, now(), std::string_view{draft.source});
    const CampaignId id{db.last_id()};
    set_mailboxes(db, id, draft.mailboxes);
    store_content(db, id, draft.content, files);
    store_form(db, id, draft.form);
    store_template_use(db, id, draft.from_template);
    return id;
  });
}

Result<void> SqliteCampaignStore::update_campaign(const Campaign& merged,
                                                  const std::vector<Attachment>* files,
                                                  std::optional<WallTime> start) {
  return write([&](Database& db) -> Result<void> {
    const auto status = status_of(db, merged.id);
    if (!status) return std::unexpected(status.error());
    if (*status != CampaignStatus::draft && *status != CampaignStatus::scheduled) {
      return conflict(
          "campaign_not_editable",
          fmt::format("Campaign {} is {}: only a draft or scheduled campaign can be changed. Duplicate it.",
                      merged.id.value, to_string(*status)));
    }
    if (auto known = check_references(db, merged); !known) return known;
    Statement update(db, kUpdate);
    run_settings(update, merged, now(), merged.id.value);
    set_mailboxes(db, merged.id, merged.mailboxes);
    store_content(db, merged.id, merged.content, files);
    store_form(db, merged.id, merged.form);
    store_template_use(db, merged.id, merged.from_template);
    // A scheduled campaign has a lane already (its plan task's): it follows to the new queue.
    Statement(db,
              "UPDATE lane SET not_before = 0, queue_id = (SELECT queue_id FROM campaign WHERE id = ?1) "
              "WHERE campaign_id = ?1")
        .run(merged.id.value);
    if (start && *status == CampaignStatus::scheduled) {
      Statement(db, "UPDATE campaign SET scheduled_at = ?2 WHERE id = ?1")
          .run(merged.id.value, to_micros(*start));
      // The alarm for the time before would start it too soon.
      writer_.drop_waiting_tasks(merged.id);
      writer_.wake_planner(merged.id, *start);
    }
    writer_.refresh_lanes_of(merged.id);
    return {};
  });
}

Result<Campaign> SqliteCampaignStore::campaign(CampaignId id) {
  return read([&](Database& db) -> Result<Campaign> {
    Statement row(db, std::string(kSelectCampaign) + "WHERE c.id = ? AND c.hidden = 0");
    if (!row.query(id.value).step()) return no_campaign(id);
    auto found = read_campaign(row);
    complete_campaign(db, found);
    return found;
  });
}

std::vector<Campaign> SqliteCampaignStore::campaigns(std::optional<CampaignStatus> status, CampaignId before,
                                                     int limit) {
  return read([&](Database& db) {
    std::string where = "WHERE c.id < ?1 AND c.hidden = 0";
    if (status) where += fmt::format(" AND c.status = {}", static_cast<int>(*status));
    std::vector<Campaign> page;
    Statement rows(db, std::string(kSelectCampaign) + where + " ORDER BY c.id DESC LIMIT ?2");
    rows.query(before ? before.value : std::numeric_limits<std::int64_t>::max(), limit);
    while (rows.step()) page.push_back(read_campaign(rows));
    for (auto& campaign : page) complete_campaign(db, campaign);
    return page;
  });
}

}  // namespace postrider::sqlite
