#pragma once
// The one place that says what an email looks like from outside, also while it has no row: a
// recipient beyond its campaign's plan cursor is pending, or skipped once the campaign was
// cancelled. Everything that shows, exports or copies emails selects through it. Store room only.

#include <string>
#include <string_view>

#include "store/campaign_store.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

/// The derived status: what the row says, else what the campaign's status implies.
inline constexpr std::string_view kDerivedStatus =
    "coalesce(e.status, CASE WHEN c.status = 6 THEN 4 ELSE 0 END)";

/// "FROM …" over every recipient of a campaign; the caller adds "WHERE c.id = … ORDER BY r.ordinal".
inline constexpr std::string_view kFromRecipients =
    " FROM campaign c CROSS JOIN recipient r ON r.campaign_id = c.id "
    "LEFT JOIN email e ON e.campaign_id = r.campaign_id AND e.ordinal = r.ordinal AND e.step = 1 "
    "LEFT JOIN task t ON t.id = e.id "
    "LEFT JOIN attempt a ON a.email_id = e.id AND a.number = e.last_attempt ";

/// "FROM …" over emails that have a row, for questions only they can answer.
inline constexpr std::string_view kFromEmails =
    " FROM email e CROSS JOIN campaign c ON c.id = e.campaign_id CROSS JOIN recipient r ON r.id = "
    "e.recipient_id LEFT JOIN task t ON t.id = e.id "
    "LEFT JOIN attempt a ON a.email_id = e.id AND a.number = e.last_attempt ";

/// "SELECT …" in the order read_email_view expects.
std::string select_email_view();
EmailView read_email_view(const Statement& row);

}  // namespace postrider::sqlite
