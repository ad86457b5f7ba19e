#pragma once
// An HTTP task as its row has it: the one place that knows the columns, their order and how headers and token
// are written. Store room only.

#include <optional>
#include <string>
#include <string_view>

#include "queue/http_task.h"
#include "store/sqlite/database.h"
#include "store/sqlite/http_key.h"

namespace postrider::sqlite {

/// "Name:value\n" each. Neither holds a line break, a name no colon (see validate).
std::string pack_headers(const HttpTask& task);
/// Nothing where it has none.
std::optional<std::string> pack_token(const HttpTask& task);

inline constexpr std::string_view kHttpTaskColumns =
    "key, id, due, created, deadline, method, url, headers, token, dispatches, responses, executions, "
    "first_dispatch, last_schedule, last_dispatch, last_response, last_status, body";

/// The moment of its next attempt, or of the one under way.
WallTime schedule_of(const Statement& row);
/// Of `row`, which selects kHttpTaskColumns. An attempt under way is not in it: see HttpAttempts.
HttpTask read_http_task(const Statement& row, const QueueName& queue, const HttpIds& ids);

}  // namespace postrider::sqlite
