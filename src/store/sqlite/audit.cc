// The audit log, newest first: in the order of its times, rows of one moment in that of their ids.

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {

void SqliteCampaignStore::audit(std::string_view who, std::string_view what) {
  transact([&](Database& db) {
    return Statement(db, "INSERT INTO audit (at, who, what) VALUES (?, ?, ?)")
        .run(to_micros(now()), who, what);
  });
}

std::vector<AuditRow> SqliteCampaignStore::audit_log(const AuditFilter& filter) {
  return read([&](Database& db) {
    // Everything before this moment, and of the moment itself before this id.
    constexpr auto end = std::numeric_limits<std::int64_t>::max();
    std::pair<std::int64_t, std::int64_t> before{end, end};
    if (filter.before) {
      Statement row(db, "SELECT at FROM audit WHERE id = ?");
      if (!row.query(filter.before.value).step()) return std::vector<AuditRow>{};
      before = {row.integer(0), filter.before.value};
    }
    if (filter.until) before = std::min(before, {to_micros(*filter.until), 0});
    // Written out only where asked for, so that each question goes straight along one index.
    std::string sql = "SELECT id, at, who, what FROM audit WHERE (at, id) < (?1, ?2)";
    if (!filter.who.empty()) sql += " AND who = ?4";
    if (filter.from) sql += " AND at >= ?5";
    sql += " ORDER BY at DESC, id DESC LIMIT ?3";
    Statement rows(db, sql);
    rows.query(before.first, before.second, filter.limit);
    if (!filter.who.empty()) rows.bind(4, std::string_view{filter.who});
    if (filter.from) rows.bind(5, to_micros(*filter.from));
    std::vector<AuditRow> page;
    while (rows.step()) {
      page.push_back({.id = AuditId{rows.integer(0)},
                      .at = from_micros(rows.integer(1)),
                      .who = std::string{rows.text(2)},
                      .what = std::string{rows.text(3)}});
    }
    return page;
  });
}

}  // namespace postrider::sqlite
