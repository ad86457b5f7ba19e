#include "campaign/suppression.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/sheet_store.h"
#include "store/sqlite/transact.h"

namespace postrider::sqlite {
namespace {

constexpr auto kLink =
    "INSERT OR REPLACE INTO campaign_sheet (campaign_id, sheet_id, tab_id, tab, header_row, email_header, "
    "status_header, write_back, only_unmarked) VALUES (?,?,?,?,?,?,?,?,?)";
constexpr auto kSelect =
    "SELECT campaign_id, sheet_id, tab_id, tab, header_row, email_header, status_header, write_back, only_unmarked, "
    "active, tries, trouble_code, trouble, trouble_since, shown_at, anchor, shown_mark FROM campaign_sheet ";
constexpr auto kMark =
    "SELECT (SELECT sum(sent) || ' ' || sum(failed) || ' ' || sum(bounced) || ' ' || sum(skipped) || ' ' || "
    "sum(uncertain) FROM tally WHERE campaign_id = ?1) || ' ' || "
    "(SELECT count(*) FROM suppression WHERE campaign_id = ?1)";
constexpr auto kFailed =
    "UPDATE campaign_sheet SET tries = tries + 1, trouble_code = ?2, trouble = ?3, next_look = ?5, "
    "trouble_since = coalesce(trouble_since, ?4) WHERE campaign_id = ?1";
constexpr auto kShown =
    "UPDATE campaign_sheet SET shown_mark = ?2, shown_at = ?3, next_look = ?3, tries = 0, trouble_code = '', trouble = "
    "'', trouble_since = NULL WHERE campaign_id = ?1";

SheetLink link_of(Statement& row) {
  SheetLink link{.campaign = CampaignId{row.integer(0)},
                 .sheet_id = std::string(row.text(1)),
                 .tab_id = row.integer(2),
                 .tab = std::string(row.text(3)),
                 .header_row = row.integer(4),
                 .email_header = std::string(row.text(5)),
                 .status_header = std::string(row.text(6)),
                 .write_back = row.integer(7) != 0,
                 .only_unmarked = row.integer(8) != 0,
                 .anchor = row.integer(15),
                 .active = row.integer(9) != 0,
                 .tries = static_cast<int>(row.integer(10)),
                 .trouble_code = std::string(row.text(11)),
                 .trouble = std::string(row.text(12)),
                 .trouble_since = {},
                 .shown_at = {}};
  if (const auto since = row.maybe_integer(13)) link.trouble_since = from_micros(*since);
  if (const auto at = row.maybe_integer(14)) link.shown_at = from_micros(*at);
  return link;
}

std::string mark_of(Database& db, CampaignId campaign) {
  Statement row(db, kMark);
  return row.query(campaign.value).step() ? std::string(row.text(0)) : std::string();
}

class SqliteSheetStore final : public SheetStore {
 public:
  explicit SqliteSheetStore(Writer& writer) : writer_(writer), readers_(writer.file) {}

  void link(const SheetLink& link) override {
    change(kLink, link.campaign.value, std::string_view{link.sheet_id}, link.tab_id,
           std::string_view{link.tab}, link.header_row, std::string_view{link.email_header},
           std::string_view{link.status_header}, link.write_back ? 1 : 0, link.only_unmarked ? 1 : 0);
  }

  std::optional<SheetLink> find(CampaignId campaign) override {
    auto lease = readers_.take();
    Statement row(*lease, std::string(kSelect) + "WHERE campaign_id = ?");
    if (!row.query(campaign.value).step()) return std::nullopt;
    return link_of(row);
  }

  void activate(CampaignId campaign, WallTime now) override {
    change("UPDATE campaign_sheet SET active = write_back, next_look = ?2 WHERE campaign_id = ?1",
           campaign.value, to_micros(now));
  }

  void set_anchor(CampaignId campaign, std::int64_t anchor) override {
    change("UPDATE campaign_sheet SET anchor = ?2 WHERE campaign_id = ?1", campaign.value, anchor);
  }

  std::vector<SheetLink> due(WallTime now, int limit) override {
    auto lease = readers_.take();
    std::vector<SheetLink> all;
    Statement rows(*lease, std::string(kSelect) + "WHERE active = 1 AND next_look <= ? ORDER BY next_look");
    rows.query(to_micros(now));
    while (std::ssize(all) < limit && rows.step()) {
      auto link = link_of(rows);
      const std::string shown(rows.text(16));
      if (shown.empty() || shown != mark_of(*lease, link.campaign)) all.push_back(std::move(link));
    }
    return all;
  }

  std::string mark(CampaignId campaign) override {
    auto lease = readers_.take();
    return mark_of(*lease, campaign);
  }

  std::vector<std::string> left(CampaignId campaign) override {
    auto lease = readers_.take();
    std::vector<std::string> keys;
    Statement rows(*lease, "SELECT key FROM suppression WHERE campaign_id = ? AND kind = ?");
    rows.query(campaign.value, static_cast<int>(SuppressionKind::unsubscribed));
    while (rows.step()) keys.emplace_back(rows.text(0));
    return keys;
  }

  void shown(CampaignId campaign, std::string_view mark, WallTime at) override {
    change(kShown, campaign.value, mark, to_micros(at));
  }
  void look_again(CampaignId campaign, WallTime at) override {
    change(
        "UPDATE campaign_sheet SET next_look = ?2, shown_mark = '', tries = 0, trouble_code = '', trouble = '', "
        "trouble_since = NULL WHERE campaign_id = ?1",
        campaign.value, to_micros(at));
  }
  void failed(CampaignId campaign, std::string_view code, std::string_view why, WallTime now,
              WallTime next) override {
    change(kFailed, campaign.value, code, why, to_micros(now), to_micros(next));
  }
  void give_up(CampaignId campaign, std::string_view code, std::string_view why, WallTime now) override {
    change(kFailed, campaign.value, code, why, to_micros(now), to_micros(now));
    change("UPDATE campaign_sheet SET active = 0 WHERE campaign_id = ?", campaign.value);
  }

 private:
  template <class... Values>
  void change(const char* sql, const Values&... values) {
    transact(writer_, [&](Database& db) { return Statement(db, sql).run(values...); });
  }

  Writer& writer_;
  Readers readers_;
};

}  // namespace

std::unique_ptr<SheetStore> make_sheet_store(Writer& writer) {
  return std::make_unique<SqliteSheetStore>(writer);
}

}  // namespace postrider::sqlite
