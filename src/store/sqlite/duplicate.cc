// Duplicate: a new draft with the settings of another campaign and those of its recipients who
// got nothing (or failed, or all). Copied in bounded pieces, hidden until it is complete.

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "store/sqlite/address_keys.h"
#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/email_view.h"
#include "store/values.h"

namespace postrider::sqlite {
namespace {

constexpr std::int64_t kPiece = 10'000;  // ordinals looked at in one transaction

/// Which recipients are wanted, as a condition on the derived status.
Result<std::string> wanted(std::string_view only) {
  if (only == "all") return std::string{"1"};
  if (only == "unsent") return fmt::format("{} NOT IN (1, 5)", kDerivedStatus);
  if (only == "failed") return fmt::format("{} = 2", kDerivedStatus);
  return invalid("bad_only",
                 fmt::format("\"{}\" is no choice of recipients: use all, unsent or failed.", only));
}

constexpr auto kCopyCampaign =
    "INSERT INTO campaign (name, description, subject, message, status, queue_id, pace_min, pace_max, "
    "window, seed, max_tries, max_age, on_uncertain, skip_unresolved, brake_refusals, brake_percent, "
    "columns, source, hidden, created, updated) SELECT CASE WHEN ?2 = '' THEN name || ' (copy)' ELSE ?2 END, "
    "description, subject, message, 0, queue_id, "
    "pace_min, pace_max, window, seed, max_tries, max_age, on_uncertain, skip_unresolved, brake_refusals, "
    "brake_percent, columns, source, 1, ?3, ?3 FROM campaign WHERE id = ?1";
constexpr auto kCopyMailboxes =
    "INSERT INTO campaign_mailbox (campaign_id, position, mailbox_id) "
    "SELECT ?2, position, mailbox_id FROM campaign_mailbox WHERE campaign_id = ?1";
// Not the test mode: a copy is how a tested campaign is sent for real. Nor what its import left out.
constexpr auto kCopyContent =
    "INSERT INTO campaign_content (campaign_id, format, from_name, reply_to, headers, text, template_id, "
    "template_version, kind, list_unsubscribe) SELECT ?2, format, from_name, reply_to, headers, text, template_id, "
    "template_version, kind, list_unsubscribe FROM campaign_content WHERE campaign_id = ?1";
// Not the start it was meant to have.
constexpr auto kCopyForm =
    "INSERT INTO campaign_form (campaign_id, pace_min, pace_max, window, sheet_id, sheet_range) "
    "SELECT ?2, pace_min, pace_max, window, sheet_id, sheet_range FROM campaign_form WHERE campaign_id = ?1";
constexpr auto kCopyAttachments =
    "INSERT INTO attachment (campaign_id, position, name, media_type, size, bytes) "
    "SELECT ?2, position, name, media_type, size, bytes FROM attachment WHERE campaign_id = ?1";

/// What the columns say about empty cells is about the whole list; of a part it is counted anew.
void look_at(Database& db, CampaignId id, std::int64_t after, std::vector<Column>& columns,
             AddressKeys& keys) {
  Statement rows(db,
                 "SELECT source_row, vals, address_key, ordinal FROM recipient "
                 "WHERE campaign_id = ? AND ordinal > ? AND ordinal <= ?");
  rows.query(id.value, after, after + kPiece);
  while (rows.step()) {
    note_empty_cells(columns, decode_values(rows.text(1)), rows.integer(0));
    keys.add(rows.text(2), rows.integer(3), rows.integer(0));
  }
}

}  // namespace

Result<CampaignId> SqliteCampaignStore::duplicate(CampaignId id, std::string_view only,
                                                  std::string_view name) {
  const auto condition = wanted(only);
  if (!condition) return std::unexpected(condition.error());
  const auto claimed = claim(id);
  if (!claimed) {
    return conflict("campaign_busy",
                    fmt::format("Campaign {}'s list is being read or copied. Try again later.", id.value));
  }
  std::int64_t total = 0;
  const auto copy = transact([&](Database& db) -> Result<CampaignId> {
    Statement source(db, "SELECT total, seed FROM campaign WHERE id = ? AND hidden = 0");
    if (!source.query(id.value).step()) return no_campaign(id);
    total = source.integer(0);
    const auto seed = static_cast<std::uint64_t>(source.integer(1));
    Statement(db, kCopyCampaign).run(id.value, name, to_micros(now()));
    const CampaignId made{db.last_id()};
    // A plan of its own: the copy's gaps are not those of the original.
    Statement(db, "UPDATE campaign SET seed = ?2 WHERE id = ?1")
        .run(made.value, static_cast<std::int64_t>(mix(seed, static_cast<std::uint64_t>(made.value))));
    for (const auto* sql : {kCopyMailboxes, kCopyContent, kCopyForm, kCopyAttachments}) {
      Statement(db, sql).run(id.value, made.value);
    }
    return made;
  });
  if (!copy) return copy;

  const std::string copy_recipients = fmt::format(
      "INSERT INTO recipient (campaign_id, ordinal, source_row, address, address_key, name, vals) "
      "SELECT ?2, ?3 + row_number() OVER (ORDER BY r.ordinal), r.source_row, r.address, r.address_key, "
      "r.name, r.vals {} WHERE c.id = ?1 AND r.ordinal > ?4 AND r.ordinal <= ?5 AND {}",
      kFromRecipients, *condition);
  std::int64_t copied = 0;
  for (std::int64_t at = 0; at < total; at += kPiece) {
    copied += transact([&](Database& db) {
      return Statement(db, copy_recipients)
          .run(id.value, copy->value, copied, at, std::min(at + kPiece, total));
    });
  }
  if (copied == 0 && total > 0) {
    remove_rows(*copy);
    return conflict("nothing_to_duplicate",
                    fmt::format("Campaign {} has no recipients that are \"{}\".", id.value, only));
  }
  auto columns = read([&](Database& db) {
    Statement row(db, "SELECT columns FROM campaign WHERE id = ?");
    row.query(copy->value).step();
    return decode_columns(row.text(0));
  });
  for (auto& column : columns) column = {.header = column.header};
  AddressKeys keys;
  for (std::int64_t at = 0; at < copied; at += kPiece) {
    read([&](Database& db) {
      look_at(db, *copy, at, columns, keys);
      return 0;
    });
  }
  while (transact([&](Database& db) { return keys.write_piece(db, *copy); })) {
  }
  return write([&](Database& db) -> Result<CampaignId> {
    Statement(db, "UPDATE campaign SET total = ?2, columns = ?3, hidden = 0 WHERE id = ?1")
        .run(copy->value, copied, std::string_view{encode_columns(columns)});
    return *copy;
  });
}

}  // namespace postrider::sqlite
