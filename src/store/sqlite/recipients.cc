// Recipients: a list read into a draft, and read back. The campaign's total is set at the very
// end, so until then it has no recipients for anybody, whatever a crash leaves behind; the next
// import clears that away first.

#include <fmt/format.h>

#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/import.h"
#include "store/sqlite/suppression_lookup.h"
#include "store/values.h"

namespace postrider::sqlite {
namespace {

Result<void> check_takes_list(Database& db, CampaignId id) {
  Statement row(db, "SELECT status, total FROM campaign WHERE id = ? AND hidden = 0");
  if (!row.query(id.value).step()) return no_campaign(id);
  const auto status = static_cast<CampaignStatus>(row.integer(0));
  if (status != CampaignStatus::draft) {
    return conflict("campaign_not_editable",
                    fmt::format("Campaign {} is {}: only a draft takes a list. Duplicate it.", id.value,
                                to_string(status)));
  }
  if (row.integer(1) > 0) {
    return conflict("campaign_has_list",
                    fmt::format("Campaign {} already has a list of {} recipients. Make a new "
                                "campaign for another list.",
                                id.value, row.integer(1)));
  }
  return {};
}

std::unexpected<Error> too_many(std::int64_t limit) {
  return invalid(
      "too_many_recipients",
      fmt::format("The list has more than {} recipients, the most a campaign may have here. Split the list, "
                  "or raise MAX_RECIPIENTS_PER_CAMPAIGN.",
                  limit));
}

constexpr auto kFinish =
    "UPDATE campaign SET total = ?2, columns = ?3, source = ?4, updated = ?5 WHERE id = ?1";
constexpr auto kLeftOut =
    "UPDATE campaign_content SET bad_rows = ?2, duplicate_rows = ?3, suppressed_rows = ?4 WHERE campaign_id = ?1";

}  // namespace

Result<ImportReport> SqliteCampaignStore::import(CampaignId id, RecipientSource& source,
                                                 const ColumnRoles& roles, std::int64_t limit,
                                                 const std::function<void(const Reject&)>& rejected) {
  const auto claimed = claim(id);
  if (!claimed) {
    return conflict("campaign_busy", fmt::format("A list is being read into campaign {} already.", id.value));
  }
  if (auto takes = transact([&](Database& db) { return check_takes_list(db, id); }); !takes) {
    return std::unexpected(takes.error());
  }
  const auto headers = source.headers();
  if (!headers) return std::unexpected(headers.error());
  remove_recipients(id);

  Import import(id, *headers, roles);
  const auto flush = [&] {
    read([&](Database& db) {
      import.judge_chunk(db);
      return 0;
    });
    transact([&](Database& db) {
      import.insert_chunk(db);
      return 0;
    });
    import.finish_chunk(rejected);
    return limit == 0 || import.report().accepted <= limit;
  };
  const auto give_up = [&](std::unexpected<Error> error) -> Result<ImportReport> {
    remove_recipients(id);
    return error;
  };

  while (true) {
    auto row = source.next();
    if (!row) return give_up(std::unexpected(row.error()));
    if (!*row) break;
    import.add(std::move(**row));
    if (import.chunk_is_full() && !flush()) return give_up(too_many(limit));
  }
  if (!flush()) return give_up(too_many(limit));

  while (transact([&](Database& db) { return import.write_keys(db); })) {
  }

  const auto finished = transact([&](Database& db) -> Result<void> {
    if (auto takes = check_takes_list(db, id); !takes) return takes;
    const std::string columns = encode_columns(import.columns()), name = source.name();
    Statement(db, kFinish)
        .run(id.value, import.report().accepted, std::string_view{columns}, std::string_view{name},
             to_micros(now()));
    const auto& report = import.report();
    Statement(db, kLeftOut).run(id.value, report.bad, report.duplicates, report.suppressed);
    return {};
  });
  if (!finished) return give_up(std::unexpected(finished.error()));
  return import.report();
}

Result<void> SqliteCampaignStore::clear_list(CampaignId id) {
  const auto claimed = claim(id);
  if (!claimed) {
    return conflict("campaign_busy", fmt::format("A list is being read into campaign {} already.", id.value));
  }
  auto cleared = transact([&](Database& db) -> Result<void> {
    const auto status = status_of(db, id);
    if (!status) return std::unexpected(status.error());
    if (*status != CampaignStatus::draft) {
      return conflict("campaign_not_editable",
                      fmt::format("Campaign {} is {}: only a draft takes a list. Duplicate it.", id.value,
                                  to_string(*status)));
    }
    Statement(db, "UPDATE campaign SET total = 0, columns = '[]' WHERE id = ?").run(id.value);
    return {};
  });
  if (cleared) remove_recipients(id);
  return cleared;
}

constexpr auto kPage =
    "SELECT r.ordinal, r.source_row, r.address, r.name, r.vals FROM recipient r JOIN campaign c ON c.id = "
    "r.campaign_id WHERE r.campaign_id = ?1 AND r.ordinal > ?2 AND r.ordinal <= c.total ORDER BY r.ordinal "
    "LIMIT ?3";

Result<std::vector<RecipientRow>> SqliteCampaignStore::recipients(CampaignId id, std::int64_t after,
                                                                  int limit) {
  return read([&](Database& db) -> Result<std::vector<RecipientRow>> {
    if (const auto status = status_of(db, id); !status) return std::unexpected(status.error());
    std::vector<RecipientRow> page;
    Statement rows(db, kPage);
    rows.query(id.value, after, limit);
    while (rows.step()) {
      const auto address = rows.text(2);
      const auto at = address.rfind('@');
      page.push_back({.ordinal = rows.integer(0),
                      .source_row = rows.integer(1),
                      .address = {std::string{address.substr(0, at)}, std::string{address.substr(at + 1)}},
                      .name = std::string{rows.text(3)},
                      .values = decode_values(rows.text(4))});
    }
    return page;
  });
}

std::vector<std::int64_t> SqliteCampaignStore::suppressed_rows(CampaignId id, std::int64_t last) {
  return read([&](Database& db) {
    std::vector<std::int64_t> found;
    SuppressionLookup suppressions(db);
    Statement rows(db,
                   "SELECT address_key, source_row FROM recipient WHERE campaign_id = ? AND ordinal <= ? "
                   "ORDER BY ordinal");
    rows.query(id.value, last);
    while (rows.step()) {
      if (suppressions.find(rows.text(0))) found.push_back(rows.integer(1));
    }
    return found;
  });
}

}  // namespace postrider::sqlite
