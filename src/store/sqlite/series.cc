// Statistics: how many emails came to each final status, hour by hour, and totals over all campaigns. Both
// are kept while emails end (Writer::count), so that no question ever counts emails.

#include <algorithm>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

std::int64_t hour_of(WallTime t) {
  return std::chrono::floor<std::chrono::hours>(t).time_since_epoch().count();
}

Counts read_counts(const Statement& row, int first) {
  return {row.integer(first),     row.integer(first + 1), row.integer(first + 2),
          row.integer(first + 3), row.integer(first + 4), 0};
}

void add(Counts& to, const Counts& more) {
  to.sent += more.sent;
  to.failed += more.failed;
  to.bounced += more.bounced;
  to.skipped += more.skipped;
  to.uncertain += more.uncertain;
}

WallTime start_of(std::int64_t hour, SeriesUnit unit) {
  const WallTime time{std::chrono::hours{hour}};
  switch (unit) {
    case SeriesUnit::hour:
      return time;
    case SeriesUnit::day:
      return std::chrono::floor<std::chrono::days>(time);
  }
  return time;
}

constexpr auto kOfCampaign =
    "SELECT s.hour, s.sent, s.failed, s.bounced, s.skipped, s.uncertain FROM series s JOIN campaign c ON c.id = "
    "s.campaign_id AND c.hidden = 0 WHERE s.hour >= ?1 AND s.hour < ?2 AND s.campaign_id = ?3 ORDER BY s.hour";
constexpr auto kOfAll =
    "SELECT s.hour, sum(s.sent), sum(s.failed), sum(s.bounced), sum(s.skipped), sum(s.uncertain) FROM series s "
    "JOIN campaign c ON c.id = s.campaign_id AND c.hidden = 0 WHERE s.hour >= ?1 AND s.hour < ?2 GROUP BY "
    "s.hour ORDER BY s.hour";

}  // namespace

Result<std::vector<SeriesPoint>> SqliteCampaignStore::series(std::optional<CampaignId> campaign,
                                                             WallTime from, WallTime to, SeriesUnit unit) {
  if (to < from || to - from > kLongestSeries) {
    return invalid("bad_series", "A series goes from an earlier time to a later one, over at most 400 days.");
  }
  return read([&](Database& db) -> Result<std::vector<SeriesPoint>> {
    if (campaign) {
      if (const auto known = status_of(db, *campaign); !known) return std::unexpected(known.error());
    }
    std::vector<SeriesPoint> points;
    Statement rows(db, campaign ? kOfCampaign : kOfAll);
    const auto first = hour_of(start_of(hour_of(from), unit));
    const auto last = hour_of(to - Micros{1}) + 1;
    rows.query(first, last);
    if (campaign) rows.bind(3, campaign->value);
    while (rows.step()) {
      const auto start = start_of(rows.integer(0), unit);
      if (points.empty() || points.back().start != start) points.push_back({.start = start, .counts = {}});
      add(points.back().counts, read_counts(rows, 1));
    }
    std::erase_if(points, [](const SeriesPoint& point) { return point.counts == Counts{}; });
    return points;
  });
}

constexpr auto kByStatus =
    "SELECT status, count(*), sum(total) FROM campaign WHERE hidden = 0 GROUP BY status";
constexpr auto kTallies =
    "SELECT coalesce(sum(t.sent), 0), coalesce(sum(t.failed), 0), coalesce(sum(t.bounced), 0), "
    "coalesce(sum(t.skipped), 0), coalesce(sum(t.uncertain), 0) FROM tally t JOIN campaign c ON c.id = "
    "t.campaign_id AND c.hidden = 0";

Totals SqliteCampaignStore::totals() {
  return read([](Database& db) {
    Totals totals;
    Statement campaigns(db, kByStatus);
    while (campaigns.step()) {
      const auto status = static_cast<CampaignStatus>(campaigns.integer(0));
      totals.campaigns[status] = campaigns.integer(1);
      totals.recipients += campaigns.integer(2);
    }
    Statement tallies(db, kTallies);
    tallies.step();
    totals.counts = read_counts(tallies, 0);
    totals.counts.pending = totals.recipients - totals.counts.total();
    return totals;
  });
}

}  // namespace postrider::sqlite
