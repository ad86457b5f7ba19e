// Lists of campaigns: filtered, in three orders, page by page. The order goes along an index and the filters
// look at a few short columns, so that only campaigns that are shown are read as a whole. One question, one
// read transaction, and never more than kMostLooked campaigns unless all of them are to be counted.

#include <fmt/format.h>

#include <limits>

#include "mail/template.h"
#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

std::string_view order_column(CampaignSort sort) {
  switch (sort) {
    case CampaignSort::created:
      return "c.id";
    case CampaignSort::name:
      return "c.name COLLATE NOCASE";
    case CampaignSort::status:
      return "c.status";
  }
  return "c.id";
}

/// Of one status the order by status is that of the ids.
CampaignSort order_of(const CampaignQuery& query) {
  return query.status && query.sort == CampaignSort::status ? CampaignSort::created : query.sort;
}

/// What of the order stands behind a cursor. Two questions in a row, for SQLite goes straight to the place
/// by neither of them together.
enum class Part { all, same_key, further_keys };

std::vector<Part> parts_of(const CampaignQuery& query) {
  if (!query.after || order_of(query) == CampaignSort::created) return {Part::all};
  return {Part::same_key, Part::further_keys};
}

std::string select(const CampaignQuery& query, Part part) {
  const auto sort = order_of(query);
  const auto column = order_column(sort);
  const bool by_id = sort == CampaignSort::created;
  const auto direction = query.descending ? "DESC" : "ASC";
  const auto sign = query.descending ? '<' : '>';
  std::string sql = "SELECT c.id, c.name, c.status, c.created, c.source FROM campaign c WHERE c.hidden = 0";
  if (query.status) sql += fmt::format(" AND c.status = {}", static_cast<int>(*query.status));
  if (!query.sheet_id.empty())
    sql += " AND c.id IN (SELECT campaign_id FROM campaign_form WHERE sheet_id = ?3)";
  switch (part) {
    case Part::all:
      if (query.after) sql += fmt::format(" AND c.id {} ?1", sign);
      break;
    case Part::same_key:
      sql += fmt::format(" AND {} = ?2 AND c.id {} ?1", column, sign);
      break;
    case Part::further_keys:
      sql += fmt::format(" AND {} {} ?2", column, sign);
      break;
  }
  sql += by_id || part == Part::same_key
             ? fmt::format(" ORDER BY c.id {}", direction)
             : fmt::format(" ORDER BY {} {}, c.id {}", column, direction, direction);
  return sql;
}

class Filter {
 public:
  explicit Filter(const CampaignQuery& query) : query_(query), part_(field_key(query.name_contains)) {}
  bool fits(const Statement& row) const {
    const auto created = from_micros(row.integer(3));
    if (query_.created_after && created < *query_.created_after) return false;
    if (query_.created_before && created >= *query_.created_before) return false;
    if (!query_.source.empty() && row.text(4) != query_.source) return false;
    return part_.empty() || field_key(row.text(1)).find(part_) != std::string::npos;
  }

 private:
  const CampaignQuery& query_;
  std::string part_;
};

CampaignCursor cursor_at(const Statement& row, CampaignSort sort) {
  CampaignCursor cursor{.id = CampaignId{row.integer(0)}, .key = {}};
  switch (sort) {
    case CampaignSort::created:
      break;
    case CampaignSort::name:
      cursor.key = row.text(1);
      break;
    case CampaignSort::status:
      cursor.key = std::to_string(row.integer(2));
      break;
  }
  return cursor;
}

/// Anything but a number is before or behind all statuses: a forged cursor lists nothing it should not.
std::int64_t as_status(std::string_view key) {
  return key.size() == 1 && key[0] >= '0' && key[0] <= '9' ? key[0] - '0' : -1;
}

void bind_cursor(Statement& rows, const CampaignCursor& cursor, CampaignSort sort, Part part) {
  if (part != Part::further_keys) rows.bind(1, cursor.id.value);
  if (sort == CampaignSort::name) rows.bind(2, std::string_view{cursor.key});
  if (sort == CampaignSort::status) rows.bind(2, as_status(cursor.key));
}

Campaign read_whole(Database& db, CampaignId id) {
  Statement row(db, std::string(kSelectCampaign) + "WHERE c.id = ?");
  row.query(id.value).step();
  auto campaign = read_campaign(row);
  complete_campaign(db, campaign);
  return campaign;
}

std::int64_t count_all(Database& db, CampaignQuery query) {
  query.after.reset();
  query.sort = CampaignSort::created;
  const Filter filter(query);
  std::int64_t total = 0;
  Statement rows(db, select(query, Part::all));
  if (!query.sheet_id.empty()) rows.bind(3, std::string_view{query.sheet_id});
  while (rows.step()) total += filter.fits(rows) ? 1 : 0;
  return total;
}

}  // namespace

CampaignPage SqliteCampaignStore::find_campaigns(const CampaignQuery& query) {
  return read([&](Database& db) {
    const auto sort = order_of(query);
    const Filter filter(query);
    CampaignPage page;
    auto skip = query.skip;
    std::vector<CampaignId> found;
    std::optional<CampaignCursor> last;
    std::int64_t looked = 0;
    for (const auto part : parts_of(query)) {
      Statement rows(db, select(query, part));
      if (!query.sheet_id.empty()) rows.bind(3, std::string_view{query.sheet_id});
      if (query.after) bind_cursor(rows, *query.after, sort, part);
      for (; !page.next && rows.step(); ++looked) {
        if (std::ssize(found) == query.limit || looked == kMostLooked + query.skip) {
          page.next = last;  // there is at least this one more to look at
          break;
        }
        last = cursor_at(rows, sort);
        if (!filter.fits(rows) || skip-- > 0) continue;
        found.push_back(last->id);
      }
    }
    for (const auto id : found) page.campaigns.push_back(read_whole(db, id));
    if (query.count) page.total = count_all(db, query);
    return page;
  });
}

}  // namespace postrider::sqlite
