#pragma once
// Pages of lists. A page token holds where the next page begins, of which list, and until when it may be
// asked for; it is sealed, so that callers cannot make up their own or read ours. Thread safe.

#include <string>
#include <string_view>

#include "base/secret_box.h"
#include "base/time.h"
#include "http/cloud_tasks/message_reader.h"

namespace postrider::cloud_tasks {

struct Page {
  int size = 0;
  std::string after;  ///< what the page before ended with; empty: the first page
};

/// "pageSize" (0: `most`; more than that: that) and "pageToken". `list`: what is listed and how it is
/// filtered, in one text; a token of another one is refused.
RpcResult<Page> read_page(MessageReader& query, std::string_view list, int most, const SecretBox& secrets,
                          WallTime now);
/// For URLs as it is.
std::string page_token(std::string_view list, std::string_view after, const SecretBox& secrets, WallTime now);

}  // namespace postrider::cloud_tasks
