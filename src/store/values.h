#pragma once
// Values: a recipient's cells as the database and a claimed task hold them. In a row they are a
// JSON array of strings, so that any SQL shell can read them; this is the whole of the JSON we
// write there, and reading it back costs a fraction of what a general parser would on the path
// every email takes. Pure, thread safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace postrider {

/// ["Ana","a \"quote\""]: quotes, backslashes and control characters are escaped, the rest stays.
std::string encode_values(std::span<const std::string> values);

/// Reads what encode_values wrote; anything else is a StoreFault, for the row is damaged.
std::vector<std::string> decode_values(std::string_view text);

/// The payload of a claimed email task from the row as it stands: `stored_values` is the text of
/// encode_values, which travels unread to whoever calls decode_payload.
std::string encode_payload(RecipientId id, std::int64_t ordinal, std::string_view address,
                           std::string_view name, std::string_view stored_values);

}  // namespace postrider
