#include "store/sqlite/campaign_rows.h"

#include <boost/json.hpp>

#include "store/sqlite/window_text.h"
#include "store/values.h"

namespace postrider::sqlite {

const std::string_view kSelectCampaign =
    "SELECT c.id, c.name, c.description, c.subject, c.message, c.status, c.queue_id, c.pace_min, c.pace_max, "
    "c.window, c.seed, c.max_tries, c.max_age, c.on_uncertain, c.skip_unresolved, c.brake_refusals, "
    "c.brake_percent, c.columns, c.source, c.scheduled_at, c.started_at, c.completed_at, c.created, "
    "c.updated, c.why, coalesce(k.format, 0), coalesce(k.bad_rows, 0), coalesce(k.duplicate_rows, 0), "
    "coalesce(k.suppressed_rows, 0), coalesce(k.from_name, ''), coalesce(k.reply_to, ''), "
    "coalesce(k.headers, '[]'), coalesce(k.text, ''), x.tester, k.template_id, k.template_version, "
    "coalesce(k.kind, 0), coalesce(k.list_unsubscribe, 1) FROM campaign c "
    "LEFT JOIN campaign_content k ON k.campaign_id = c.id LEFT JOIN test_mode x ON x.campaign_id = c.id ";

Campaign read_campaign(const Statement& row) {
  const auto maybe_time = [&](int column) -> std::optional<WallTime> {
    const auto value = row.maybe_integer(column);
    return value ? std::optional{from_micros(*value)} : std::nullopt;
  };
  Campaign c;
  c.id = CampaignId{row.integer(0)};
  c.name = row.text(1);
  c.description = row.text(2);
  c.subject = row.text(3);
  c.message = row.text(4);
  c.status = static_cast<CampaignStatus>(row.integer(5));
  c.queue = QueueId{row.integer(6)};
  c.pace = {Micros{row.integer(7)}, Micros{row.integer(8)}};
  c.window = window_from_text(row.text(9));
  c.seed = static_cast<std::uint64_t>(row.integer(10));
  c.max_tries = row.maybe_count(11);
  if (const auto age = row.maybe_integer(12)) c.max_age = Micros{*age};
  c.on_uncertain = static_cast<OnUncertain>(row.integer(13));
  c.skip_unresolved = row.integer(14) != 0;
  c.brake_refusals = static_cast<int>(row.integer(15));
  c.brake_percent = static_cast<int>(row.integer(16));
  c.columns = decode_columns(row.text(17));
  c.source = row.text(18);
  c.scheduled_at = maybe_time(19);
  c.started_at = maybe_time(20);
  c.completed_at = maybe_time(21);
  c.created = from_micros(row.integer(22));
  c.updated = from_micros(row.integer(23));
  c.why = row.text(24);
  c.content.format = static_cast<MessageFormat>(row.integer(25));
  c.bad_rows = row.integer(26);
  c.duplicate_rows = row.integer(27);
  c.suppressed_rows = row.integer(28);
  c.content.from_name = row.text(29);
  c.content.reply_to = row.text(30);
  c.content.headers = decode_values(row.text(31));
  c.content.text = row.text(32);
  c.content.kind = static_cast<CampaignKind>(row.integer(36));
  c.content.list_unsubscribe = row.integer(37) != 0;
  if (!row.is_null(33)) c.test = TestMode{std::string{row.text(33)}};
  if (const auto id = row.maybe_integer(34))
    c.from_template = TemplateUse{.id = SavedTemplateId{*id}, .version = static_cast<int>(row.integer(35))};
  return c;
}

// A draft's recipients are all pending: what no counter claims is what remains of the total.
constexpr auto kCounts =
    "SELECT c.total, coalesce(sum(t.sent), 0), coalesce(sum(t.failed), 0), coalesce(sum(t.bounced), 0), "
    "coalesce(sum(t.skipped), 0), coalesce(sum(t.uncertain), 0) "
    "FROM campaign c LEFT JOIN tally t ON t.campaign_id = c.id WHERE c.id = ?";

void complete_campaign(Database& db, Campaign& campaign) {
  Statement mailboxes(db, "SELECT mailbox_id FROM campaign_mailbox WHERE campaign_id = ? ORDER BY position");
  mailboxes.query(campaign.id.value);
  while (mailboxes.step()) campaign.mailboxes.push_back(MailboxId{mailboxes.integer(0)});

  Statement files(db,
                  "SELECT name, media_type, size FROM attachment WHERE campaign_id = ? ORDER BY position");
  files.query(campaign.id.value);
  while (files.step()) {
    campaign.content.attachments.push_back(
        {std::string{files.text(0)}, std::string{files.text(1)}, files.integer(2)});
  }

  campaign.form = read_form(db, campaign.id);

  Statement row(db, kCounts);
  row.query(campaign.id.value).step();
  campaign.counts = {row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.integer(5), 0};
  campaign.counts.pending = row.integer(0) - campaign.counts.total();
}

void note_empty_cells(std::vector<Column>& columns, const std::vector<std::string>& values,
                      std::int64_t source_row) {
  constexpr std::size_t samples = 5;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i < values.size() && !values[i].empty()) continue;
    ++columns[i].empty;
    if (columns[i].empty_rows.size() < samples) columns[i].empty_rows.push_back(source_row);
  }
}

std::string encode_columns(const std::vector<Column>& columns) {
  boost::json::array array;
  for (const auto& column : columns) {
    boost::json::array rows;
    for (const auto row : column.empty_rows) rows.emplace_back(row);
    array.push_back({{"header", column.header}, {"empty", column.empty}, {"empty_rows", std::move(rows)}});
  }
  return boost::json::serialize(array);
}

std::vector<Column> decode_columns(std::string_view text) {
  std::vector<Column> columns;
  for (const auto& entry : boost::json::parse(text).as_array()) {
    const auto& object = entry.as_object();
    Column column;
    column.header = object.at("header").as_string();
    column.empty = object.at("empty").as_int64();
    for (const auto& row : object.at("empty_rows").as_array()) column.empty_rows.push_back(row.as_int64());
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace postrider::sqlite
