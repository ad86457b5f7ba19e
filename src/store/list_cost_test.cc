#include "store/nouns_fixture.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/database.h"

namespace postrider {
namespace {

constexpr int kEmails = 100'000;
constexpr int kPage = 50;

/// No list looks at more than three rows for each row it shows, however long it is. Measured without a
/// clock, in the steps of SQLite's machine: a page of a long list costs at most three times what the same
/// page costs in a list that has nothing else.
class ListCost : public NounsTest {
 protected:
  template <class Ask>
  std::int64_t cost(const Ask& ask, std::size_t rows = kPage) {
    auto& store = dynamic_cast<sqlite::SqliteCampaignStore&>(nouns());
    const auto before = store.steps_read();
    EXPECT_EQ(ask().size(), rows);
    return store.steps_read() - before;
  }
  std::int64_t cost_of(CampaignId id, const EmailFilter& filter) {
    return cost([&] { return nouns().emails(id, filter); });
  }
  void execute(const std::string& sql) {
    store_.reset();
    {
      sqlite::Database db(file("test.db"), sqlite::Database::Mode::writer);
      db.execute(sql);
    }
    open(file("test.db"));
  }
  static std::string count_to(int n) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(n) +
           ") ";
  }

  /// As sending them would have left it.
  static std::string mark_sent(CampaignId id) {
    return "INSERT INTO sent_block (campaign_id, block, bits) SELECT campaign_id, ordinal / 64, sum(1 << (ordinal % "
           "64)) FROM email WHERE status = 1 AND campaign_id = " +
           std::to_string(id.value) + " GROUP BY ordinal / 64; ";
  }

  /// A campaign under way: nine of ten emails have a row, most are sent, some are not, the last thousand of
  /// them wait with their task, and the rest is not planned yet.
  void fill(CampaignId id, int emails) {
    const auto campaign = std::to_string(id.value);
    const auto planned = std::to_string(emails / 10 * 9), all = std::to_string(emails);
    const auto waiting = std::to_string(emails / 10 * 9 - std::min(1000, emails / 10));
    execute(
        "BEGIN; INSERT INTO recipient (campaign_id, ordinal, source_row, address, address_key, name, vals) " +
        count_to(emails) + "SELECT " + campaign +
        ", i, i + 1, printf('p%07d@example.org', i), printf('p%07d@example.org', i), 'P', '[\"p\",\"P\"]' "
        "FROM n; INSERT INTO recipient_key (campaign_id, address_key, ordinal) SELECT campaign_id, "
        "address_key, ordinal FROM recipient WHERE campaign_id = " +
        campaign +
        "; INSERT INTO email (id, campaign_id, recipient_id, ordinal, mailbox_id, status, last_attempt, due) "
        "SELECT id + 1000000, campaign_id, id, ordinal, 1, CASE WHEN ordinal > " +
        waiting + " THEN 0 WHEN ordinal % 100 < 4 THEN 2 + ordinal % 4 ELSE 1 END, ordinal <= " + waiting +
        ", 1 FROM recipient WHERE campaign_id = " + campaign + " AND ordinal <= " + planned +
        "; INSERT INTO attempt SELECT id, 1, 1, 1, 1, 2, 1, 0, 'dot', 250, '2.0.0', 'ok', '', 'example.com' FROM "
        "email WHERE campaign_id = " +
        campaign + " AND status > 0; " + mark_sent(id) +
        "INSERT INTO lane (queue_id, campaign_id, mailbox_id) "
        "VALUES (1, " +
        campaign +
        ", 1); INSERT INTO task (id, lane_id, kind, state, due) SELECT id, "
        "(SELECT max(id) FROM lane), 0, 0, 1 FROM email WHERE campaign_id = " +
        campaign + " AND status = 0; UPDATE campaign SET total = " + all + ", plan_cursor = " + planned +
        ", status = 2 WHERE id = " + campaign + "; COMMIT");
  }
};

TEST_F(ListCost, OfEmailsDoesNotGrowWithTheList) {
  const auto small = add_draft({}), large = add_draft({});
  fill(small, kPage);
  fill(large, kEmails);
  const auto most = 3 * cost_of(small, {.limit = kPage});

  for (const std::int64_t after : {0, kEmails / 2, kEmails - kPage}) {
    EXPECT_LE(cost_of(large, {.after = after, .limit = kPage}), most) << after;
    EXPECT_LE(cost_of(large, {.limit = kPage, .newest_first = true, .before = after + kPage + 1}), most)
        << after;
  }
  for (const auto status : {EmailStatus::sent, EmailStatus::failed, EmailStatus::bounced,
                            EmailStatus::skipped, EmailStatus::uncertain}) {
    for (const std::int64_t after : {0, kEmails / 2}) {
      EXPECT_LE(cost_of(large, {.status = status, .after = after, .limit = kPage}), most)
          << to_string(status);
    }
    const auto middle = kEmails / 2;
    EXPECT_LE(cost_of(large, {.status = status, .limit = kPage, .newest_first = true, .before = middle}),
              most)
        << to_string(status);
  }
  const auto page = nouns().emails(large, {.limit = kPage, .prefix = "p005"});
  EXPECT_EQ(page.at(0).address, "p0050000@example.org");
  EXPECT_LE(cost_of(large, {.limit = kPage, .prefix = "p005"}), most);
  EXPECT_LE(cost_of(large, {.limit = kPage, .prefix = "p", .after_key = "p0070000@example.org"}), most);
  EXPECT_LE(cost([&] { return nouns().emails(large, {.address = "p0077777@example.org"}); }, 1), most);
  EXPECT_LE(cost([&] { return nouns().recipients(large, kEmails / 2, kPage).value(); }), most);
  EXPECT_LE(cost([&] { return nouns().uncertain({}, kPage); }), most);
  EXPECT_LE(cost([&] { return nouns().tasks(QueueId{1}, {}, kPage); }), most);

  // Pending ones are looked for among those that are planned ahead, here a thousand: a bound of its own.
  const auto ahead = 60 * 1000;
  for (const bool newest_first : {false, true}) {
    EXPECT_LE(cost_of(large, {.status = EmailStatus::pending, .limit = kPage, .newest_first = newest_first}),
              most + ahead);
  }
}

/// Almost everybody of a long list was suppressed, and those few who were not stand far apart.
TEST_F(ListCost, OfSentEmailsDoesNotGrowWithThoseThatWereNot) {
  const auto small = add_draft({}), large = add_draft({});
  fill(small, kPage);
  fill(large, kEmails);
  const auto most = 3 * cost_of(small, {.limit = kPage});
  execute(
      "BEGIN; UPDATE email SET status = CASE WHEN ordinal % 1500 = 7 THEN 1 ELSE 4 END WHERE campaign_id = " +
      std::to_string(large.value) + "; DELETE FROM sent_block; " + mark_sent(large) + "COMMIT");
  for (const bool newest_first : {false, true}) {
    const EmailFilter sent{.status = EmailStatus::sent, .limit = kPage, .newest_first = newest_first};
    EXPECT_LE(cost_of(large, sent), most);
    EmailFilter next = sent;
    const auto last = nouns().emails(large, sent).back().ordinal;
    (newest_first ? next.before : next.after) = last;
    EXPECT_LE(cost([&] { return nouns().emails(large, next); }, 10), most);
  }
}

TEST_F(ListCost, OfCampaignsDoesNotGrowWithTheirNumber) {
  add_draft({});
  const auto copy = [](int n) {
    return "INSERT INTO campaign (status, queue_id, pace_min, pace_max, window, seed, on_uncertain, "
           "skip_unresolved, brake_refusals, brake_percent, created, updated, name, source, columns, "
           "description, subject, message) " +
           count_to(n) +
           "SELECT i % 7, 1, 0, 0, '', 1, 0, 0, 0, 0, i, i, 'c' || (i * 7919 % 100000), 's', '[]', '', 's', 'm' "
           "FROM n";
  };
  const auto ask = [&](const CampaignQuery& query) {
    return cost([&] { return nouns().find_campaigns(query).campaigns; });
  };
  execute(copy(kPage));
  std::map<CampaignSort, std::int64_t> most;
  for (const auto sort : {CampaignSort::created, CampaignSort::name, CampaignSort::status}) {
    most[sort] = 3 * ask({.sort = sort, .limit = kPage});
  }
  execute(copy(kEmails));
  for (const auto& [sort, limit] : most) {
    for (const bool descending : {false, true}) {
      CampaignQuery query{.sort = sort, .descending = descending, .limit = kPage};
      EXPECT_LE(ask(query), limit) << static_cast<int>(sort);
      query.after = nouns().find_campaigns(query).next;
      ASSERT_TRUE(query.after);
      EXPECT_LE(ask(query), limit) << static_cast<int>(sort);
      const auto key = sort == CampaignSort::name ? "c5" : sort == CampaignSort::status ? "3" : "";
      query.after = CampaignCursor{CampaignId{kEmails / 2}, key};
      EXPECT_LE(ask(query), limit) << static_cast<int>(sort) << ", from the middle on";
    }
  }
  EXPECT_LE(ask({.status = CampaignStatus::draft, .limit = kPage}), most[CampaignSort::created]);
}

TEST_F(ListCost, OfTheAuditLogAndSuppressionsDoesNotGrowWithThem) {
  const auto rows = [](int n) {
    return "INSERT INTO audit (at, who, what) " + count_to(n) +
           "SELECT i, CASE i % 2 WHEN 0 THEN 'even' ELSE 'odd' END, 'x' FROM n; "
           "INSERT OR IGNORE INTO suppression (key, reason, created) " +
           count_to(n) + "SELECT printf('p%07d@example.org', i), 'r', 1 FROM n";
  };
  const auto audit = [&](const AuditFilter& filter) {
    return cost([&] { return nouns().audit_log(filter); });
  };
  const auto suppressed = [&](const char* after) {
    return cost([&] { return nouns().suppressions(after, kPage); });
  };
  execute(rows(2 * kPage));
  const auto most = 3 * audit({.limit = kPage});
  const auto most_suppressed = 3 * suppressed("");
  execute(rows(kEmails));
  EXPECT_LE(audit({.limit = kPage}), most);
  EXPECT_LE(audit({.before = AuditId{kEmails / 2}, .limit = kPage}), most);
  EXPECT_LE(audit({.who = "odd", .limit = kPage}), most);
  EXPECT_LE(audit({.from = from_micros(100), .until = from_micros(kEmails / 2), .limit = kPage}), most);
  EXPECT_LE(audit({.who = "odd", .until = from_micros(kEmails / 2), .limit = kPage}), most);
  EXPECT_LE(suppressed(""), most_suppressed);
  EXPECT_LE(suppressed("p0050000@example.org"), most_suppressed);
}

}  // namespace
}  // namespace postrider
