#pragma once
// Paging of lists. Every list goes by a cursor (`after`), which costs the same on every page; the old
// `skip` and `limit` still work. A full page names the next one in a Link header (RFC 8288). Pure.

#include "http/operation.h"

namespace postrider {

/// `limit` (1..200, 50) and `after`, the cursor of the page before.
std::vector<Parameter> cursor_parameters();
/// These and `skip`.
std::vector<Parameter> skip_parameters();

/// Sets X-Total-Count and, where there is a next page, its Link; `next` is the cursor it begins after.
void add_paging(HttpAnswer& answer, const Call& call, std::optional<std::int64_t> total,
                const std::optional<std::string>& next);

/// The cursor of a list that goes by ids; 0: from its start. Nothing: it is no such cursor.
std::optional<std::int64_t> read_cursor(const Call& call);
HttpAnswer bad_cursor();

/// Cuts a page that was asked for with one item more than `limit`; the next page's cursor, if there is one.
template <class Item, class CursorOf>
std::optional<std::string> cut_page(std::vector<Item>& page, int limit, CursorOf cursor_of) {
  if (std::ssize(page) <= limit) return std::nullopt;
  page.resize(static_cast<std::size_t>(limit));
  return std::to_string(cursor_of(page.back()));
}

/// Text with everything percent-encoded that does not stand for itself in a query (RFC 3986 §2.3).
std::string query_encoded(std::string_view text);

}  // namespace postrider
