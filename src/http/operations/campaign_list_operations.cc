// Lists of campaigns. A bare array with Link and X-Total-Count; asked for by page and size, the same as an
// object that says where in the whole list it stands.

#include <boost/json.hpp>
#include <charconv>

#include "base/text.h"
#include "http/nouns/campaign_json.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

/// "17", or "17:Spring" in an order by name or status.
std::string spelled(const CampaignCursor& cursor) {
  auto text = std::to_string(cursor.id.value);
  if (!cursor.key.empty()) text += ":" + cursor.key;
  return text;
}

std::optional<CampaignCursor> read_campaign_cursor(std::string_view text) {
  CampaignCursor cursor;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), cursor.id.value);
  if (bad != std::errc{} || cursor.id.value < 1) return std::nullopt;
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (!rest.empty() && rest.front() != ':') return std::nullopt;
  if (!rest.empty()) cursor.key = rest.substr(1);
  return cursor;
}

CampaignSort sort_of(std::string_view word) {
  if (word == "name") return CampaignSort::name;
  if (word == "status") return CampaignSort::status;
  return CampaignSort::created;
}

void read_time(const Call& call, std::string_view name, std::optional<WallTime>& into,
               std::vector<FieldError>& errors) {
  const auto text = call.asked(name);
  if (!text) return;
  const auto time = parse_rfc3339(*text);
  if (time) into = *time;
  if (!time) errors.push_back({"?" + std::string(name), time.error().code, time.error().message});
}

std::expected<CampaignQuery, HttpAnswer> read_query(const Call& call) {
  std::vector<FieldError> errors;
  CampaignQuery query;
  for (const auto* name : {"status_filter", "status"}) {
    const auto text = call.asked(name);
    if (!text) continue;
    query.status = parse_campaign_status(lower_ascii(*text));
    if (query.status) continue;
    errors.push_back(
        {std::string("?") + name, "unknown_value",
         "\"" + std::string(name) +
             "\" must be one of: draft, scheduled, sending, paused, completed, failed, cancelled."});
  }
  query.sheet_id = call.asked("google_sheet_id").value_or("");
  query.name_contains = call.asked("name_contains").value_or("");
  read_time(call, "created_after", query.created_after, errors);
  read_time(call, "created_before", query.created_before, errors);
  if (!errors.empty()) return std::unexpected(problem(400, "bad_parameter", errors));
  query.sort = sort_of(*call.asked("sort_by"));
  query.descending = *call.asked("sort_order") == "desc";
  query.limit = static_cast<int>(*call.number("limit"));
  query.skip = *call.number("skip");
  query.count = true;
  if (const auto after = call.asked("after")) {
    query.after = read_campaign_cursor(*after);
    if (!query.after) return std::unexpected(bad_cursor());
  }
  return query;
}

json::array items_of(const CampaignPage& page) {
  json::array items;
  for (const auto& campaign : page.campaigns) items.push_back(campaign_summary_json(campaign));
  return items;
}

/// The origin's PaginatedResponse.
HttpAnswer numbered(Call& call, CampaignQuery query) {
  const auto number = call.number("page").value_or(1);
  const auto size = call.number("size").value_or(query.limit);
  query.limit = static_cast<int>(size);
  query.skip = (number - 1) * size;
  query.after.reset();
  const auto page = call.actions.store.find_campaigns(query);
  const auto total = page.total.value_or(0);
  const auto pages = (total + size - 1) / size;
  auto answer = json_answer(json::object{{"items", items_of(page)},
                                         {"total", total},
                                         {"page", number},
                                         {"size", size},
                                         {"pages", pages},
                                         {"has_next", number < pages},
                                         {"has_prev", number > 1}});
  add_paging(answer, call, total, std::nullopt);
  return answer;
}

HttpAnswer list(Call& call) {
  const auto query = read_query(call);
  if (!query) return query.error();
  if (call.number("page") || call.number("size")) return numbered(call, *query);
  const auto page = call.actions.store.find_campaigns(*query);
  auto answer = json_answer(items_of(page));
  add_paging(answer, call, page.total, page.next ? std::optional(spelled(*page.next)) : std::nullopt);
  return answer;
}

Schema list_schema() {
  const auto items = array_of(campaign_summary_schema());
  const auto count = whole(0, std::int64_t{1} << 53);
  const Schema page = ObjectSchema("PaginatedResponse")
                          .needs("items", items)
                          .needs("total", count)
                          .needs("page", count)
                          .needs("size", count)
                          .needs("pages", count)
                          .needs("has_next", boolean())
                          .needs("has_prev", boolean());
  return Schema(json::object{{"anyOf", json::array{items.words(), page.words()}}});
}

}  // namespace

Operations campaign_list_operations() {
  auto parameters = skip_parameters();
  for (const auto& more : std::initializer_list<Parameter>{
           {"status_filter", text(1, 20), "only campaigns in this state"},
           {"status", text(1, 20), "the same"},
           {"google_sheet_id", text(1, 100), "only campaigns with this sheet"},
           {"created_after", text(1, 40), "only campaigns created then or later, RFC 3339"},
           {"created_before", text(1, 40), "only campaigns created earlier, RFC 3339"},
           {"name_contains", text(1, 255), "only campaigns with this in their name, whatever its case"},
           {"sort_by", one_of({"created_at", "name", "status"}).standard("created_at"), "the order"},
           {"sort_order", one_of({"asc", "desc"}).standard("desc"), "its direction"},
           {"page", whole(1, 1'000'000), "the answer says where in the whole list it stands; from 1"},
           {"size", whole(1, 200), "items a page"}}) {
    parameters.push_back(more);
  }
  Operations all;
  all.push_back(
      {.method = "GET",
       .path = "/api/campaigns",
       .id = "listCampaigns",
       .tag = "campaigns",
       .access = Access::viewer,
       .summary = "Campaigns, newest first, or in another order",
       .cli = "postrider campaign list --json",
       .query = parameters,
       .answers = {{200, "a page of campaigns; an object if `page` or `size` was given", list_schema()}},
       .paged = true,
       .handle = list});
  return all;
}

}  // namespace postrider
