#include "actions/sheet_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "campaign/sheet_source.h"
#include "mail/address.h"
#include "mail/template.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestHeader = 100;
constexpr int kTriesForColumn = 10;  // that statuses can be written to

std::unexpected<Error> not_configured(const ActionContext& context) {
  if (!context.sheets_trouble.empty()) return unavailable("sheets_not_configured", context.sheets_trouble);
  return unavailable(
      "sheets_not_configured",
      "Google Sheets are not configured here: set GOOGLE_CREDENTIALS_FILE to a service account's key "
      "file. A list can also come as CSV.");
}

/// A sheet that was found, and the cells of it that are meant, with every end known.
struct Place {
  std::string id, title;
  SheetTab tab;
  SheetRange range;
};

Result<SheetTab> find_tab(const SheetOutline& outline, const SheetPlace& place, const std::string& title) {
  for (const auto& tab : outline.tabs) {
    if (title.empty() ? !place.tab || tab.id == *place.tab : equals_ignoring_case(tab.title, title))
      return tab;
  }
  std::vector<std::string> known;
  for (const auto& tab : outline.tabs) known.push_back(one_line(tab.title, 60));
  return invalid("bad_sheet_range", fmt::format("The sheet has no tab {}. It has: {}.",
                                                title.empty() ? fmt::format("with gid {}", *place.tab)
                                                              : "\"" + one_line(title, 60) + "\"",
                                                fmt::join(known, ", ")));
}

Result<Place> find_place(ActionContext& context, const SheetRequest& request) {
  if (context.sheets == nullptr) return not_configured(context);
  const auto place = parse_sheet_place(request.sheet);
  if (!place) return std::unexpected(place.error());
  auto range = request.range.empty() ? Result<SheetRange>(SheetRange{}) : parse_sheet_range(request.range);
  if (!range) return std::unexpected(range.error());
  const auto outline = context.sheets->outline(place->id);
  if (!outline) return std::unexpected(outline.error());
  auto tab = find_tab(*outline, *place, range->tab);
  if (!tab) return std::unexpected(tab.error());
  if (range->first_row > tab->rows || range->first_column > tab->columns) {
    return invalid("bad_sheet_range",
                   fmt::format("The range begins beyond the tab {}, which has {} rows and {} columns.",
                               one_line(tab->title, 60), tab->rows, tab->columns));
  }
  range->tab = tab->title;
  range->last_row = std::min(range->last_row.value_or(tab->rows), tab->rows);
  range->last_column = std::min(range->last_column.value_or(tab->columns), tab->columns);
  return Place{.id = place->id, .title = outline->title, .tab = std::move(*tab), .range = std::move(*range)};
}

Result<std::unique_ptr<RecipientSource>> open_list(ActionContext& context, const Place& place,
                                                   const SheetRequest& request) {
  auto rows = context.sheets->read(place.id, place.range);
  if (!rows) return std::unexpected(rows.error());
  return make_sheet_source(std::move(*rows), place.range.first_row,
                           fmt::format("{}, {}", one_line(place.title, 100), to_a1(place.range)),
                           {.status_header = request.status_header, .only_unmarked = request.only_unmarked});
}

/// Where the statuses go: no column that something else is read from.
Result<void> check_status_header(const SheetRequest& request, const std::vector<std::string>& headers,
                                 const ColumnRoles& roles) {
  const auto header = trim(request.status_header);
  if (header.empty() || header.size() > kLongestHeader)
    return invalid("bad_status_column", "The header of the status column has 1 to 100 characters.");
  for (const int column : {roles.email, roles.name}) {
    if (column >= 0 && equals_ignoring_case(headers[static_cast<std::size_t>(column)], header)) {
      return invalid(
          "bad_status_column",
          fmt::format("The column \"{}\" holds the list's addresses or names: statuses need another one.",
                      one_line(header, 100)));
    }
  }
  return {};
}

/// A place and its rows. A tab that is renamed between the two calls is looked for once more.
struct Opened {
  Place place;
  std::unique_ptr<RecipientSource> rows;
};
Result<Opened> open_place(ActionContext& context, const SheetRequest& request) {
  for (int tries = 0;; ++tries) {
    auto place = find_place(context, request);
    if (!place) return std::unexpected(place.error());
    auto rows = open_list(context, *place, request);
    if (rows) return Opened{std::move(*place), std::move(*rows)};
    if (rows.error().code != "bad_sheet_range" || tries > 0) return std::unexpected(rows.error());
  }
}

SheetLink link_of(CampaignId id, const Place& place, const SheetRequest& request,
                  const std::string& email_header) {
  return {.campaign = id,
          .sheet_id = place.id,
          .tab_id = place.tab.id,
          .tab = place.tab.title,
          .header_row = place.range.first_row,
          .email_header = email_header,
          .status_header = std::string(trim(request.status_header)),
          .write_back = request.write_back,
          .only_unmarked = request.only_unmarked};
}

/// A list that was opened and whose columns are known.
struct OpenList {
  Place place;
  std::unique_ptr<RecipientSource> rows;
  std::string email_header;
};

Result<OpenList> open_judged(ActionContext& context, const SheetRequest& request) {
  auto opened = open_place(context, request);
  if (!opened) return std::unexpected(opened.error());
  const auto headers = opened->rows->headers();
  if (!headers) return std::unexpected(headers.error());
  const auto roles = choose_columns(request.columns, *headers);
  if (!roles) return std::unexpected(roles.error());
  if (const auto fine = check_status_header(request, *headers, *roles); !fine)
    return std::unexpected(fine.error());
  return OpenList{.place = std::move(opened->place),
                  .rows = std::move(opened->rows),
                  .email_header = (*headers)[static_cast<std::size_t>(roles->email)]};
}

/// As the form keeps it: what the caller said.
void remember(const OpenList& list, const SheetRequest& request, CampaignForm& form) {
  form.sheet_id = list.place.id;
  form.sheet_range = request.range.empty() ? to_a1({.tab = list.place.tab.title}) : request.range;
}

std::vector<std::string> first_row(const std::vector<std::vector<std::string>>& rows) {
  return rows.empty() ? std::vector<std::string>() : rows.front();
}

/// From 1.
std::optional<std::int64_t> find_status_column(const std::vector<std::string>& headers,
                                               std::string_view status_header) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (equals_ignoring_case(trim(headers[i]), status_header)) return static_cast<std::int64_t>(i + 1);
  }
  return std::nullopt;
}

}  // namespace

Result<SheetPreview> preview_sheet(ActionContext& context, const SheetRequest& request, int sample_rows) {
  const auto opened = open_place(context, request);
  if (!opened) return std::unexpected(opened.error());
  const auto& place = opened->place;
  const auto& list = opened->rows;
  auto headers = list->headers();
  if (!headers) return std::unexpected(headers.error());
  SheetPreview preview{
      .sheet_id = place.id, .title = place.title, .tab = place.tab.title, .headers = *headers};
  const auto roles = choose_columns(request.columns, *headers);
  if (!roles && roles.error().code != "no_email_column") return std::unexpected(roles.error());
  if (roles) preview.email_column = (*headers)[static_cast<std::size_t>(roles->email)];
  if (roles && roles->name >= 0) preview.name_column = (*headers)[static_cast<std::size_t>(roles->name)];
  std::unordered_set<std::string> seen;
  while (true) {
    auto row = list->next();
    if (!row) return std::unexpected(row.error());
    if (!*row) return preview;
    ++preview.rows;
    if (roles) {
      const auto address = parse_address(trim((*row)->values[static_cast<std::size_t>(roles->email)]));
      if (!address || !(*row)->problem.empty()) {
        ++preview.invalid;
      } else {
        ++(seen.insert(address->key()).second ? preview.valid : preview.duplicates);
      }
    }
    if (std::ssize(preview.sample) < sample_rows) preview.sample.push_back(std::move((*row)->values));
  }
}

Result<CreatedCampaign> create_from_sheet(ActionContext& context, const CampaignChange& settings,
                                          const SheetRequest& request,
                                          const std::function<void(const Reject&)>& rejected) {
  Campaign draft;  // judged first: who mistypes a pace need not wait for Google
  if (const auto problems = merge_campaign(context, settings, draft); !problems.empty()) {
    return std::unexpected(join_problems(Error::Kind::invalid, "invalid_campaign",
                                         "The campaign was not created for", problems));
  }
  auto list = open_judged(context, request);
  if (!list) return std::unexpected(list.error());
  auto change = settings;
  change.form = settings.form.value_or(draft.form);
  remember(*list, request, *change.form);
  auto created = create_campaign(context, change, *list->rows, request.columns, rejected);
  if (created) context.sheet_store.link(link_of(created->id, list->place, request, list->email_header));
  return created;
}

Result<CreatedCampaign> read_sheet_list(ActionContext& context, CampaignId id, const SheetRequest& request,
                                        const std::function<void(const Reject&)>& rejected) {
  auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  auto list = open_judged(context, request);
  if (!list) return std::unexpected(list.error());
  remember(*list, request, campaign->form);
  if (const auto cleared = context.store.clear_list(id); !cleared) return std::unexpected(cleared.error());
  if (const auto kept = context.store.update_campaign(*campaign); !kept) return std::unexpected(kept.error());
  auto created = add_list(context, id, *list->rows, request.columns, rejected);
  if (created) context.sheet_store.link(link_of(id, list->place, request, list->email_header));
  return created;
}

std::optional<SheetRequest> sheet_of(ActionContext& context, const Campaign& campaign) {
  const auto link = context.sheet_store.find(campaign.id);
  if (!link) return std::nullopt;
  return SheetRequest{.sheet = campaign.form.sheet_id,
                      .range = campaign.form.sheet_range,
                      .columns = {.email = link->email_header, .name = {}},
                      .status_header = link->status_header,
                      .write_back = link->write_back,
                      .only_unmarked = link->only_unmarked};
}

Result<SheetTab> tab_of(const SheetOutline& outline, const SheetLink& link) {
  const auto tab = std::ranges::find(outline.tabs, link.tab_id, &SheetTab::id);
  if (tab != outline.tabs.end()) return *tab;
  return not_found("sheet_tab_gone",
                   fmt::format("The tab {} is not in the sheet any more.", one_line(link.tab, 60)));
}

// People may move columns between any two calls. So the column is anchored first, and is ours only if it is
// found to be the right one after that: from then on it is written through the anchor.
Result<void> prepare_write_back(ActionContext& context, const SheetLink& link) {
  if (context.sheets == nullptr) return not_configured(context);
  auto& sheets = *context.sheets;
  std::int64_t beyond = 0;  // columns behind the last header that hold something all the same
  for (int tries = 0; tries < kTriesForColumn; ++tries) {
    const auto outline = sheets.outline(link.sheet_id);
    if (!outline) return std::unexpected(outline.error());
    const auto tab = tab_of(*outline, link);
    if (!tab) return std::unexpected(tab.error());
    const SheetRange head{tab->title, link.header_row, 1, link.header_row, tab->columns};
    const auto before = sheets.read_columns(link.sheet_id, {head});
    if (!before) return std::unexpected(before.error());
    const auto headers = first_row(before->front());
    const auto place = find_status_column(headers, link.status_header);
    const auto column = place ? *place : std::ssize(headers) + 1 + beyond;
    if (column > tab->columns) {
      const auto wider = sheets.widen(link.sheet_id, tab->id, column - tab->columns);
      if (!wider) return std::unexpected(wider.error());
    }
    const auto anchor = sheets.anchor(link.sheet_id, tab->id, column);
    if (!anchor) return std::unexpected(anchor.error());
    const auto after = sheets.read_columns(link.sheet_id, {head, {tab->title, 1, column, tab->rows, column}});
    if (!after) return std::unexpected(after.error());
    if (first_row(after->front()) != headers) continue;
    if (!place && !after->back().empty()) {
      ++beyond;
      continue;
    }
    // Also where it is there already: who may not write its header may not write statuses.
    const auto header = place ? headers[static_cast<std::size_t>(*place - 1)] : link.status_header;
    const auto written = sheets.write(link.sheet_id, *anchor, {{link.header_row, {header}}});
    if (written) context.sheet_store.set_anchor(link.campaign, *anchor);
    return written;
  }
  return unavailable("sheet_moves",
                     "The sheet's columns are being moved about. Try again when they stand still.");
}

}  // namespace postrider
