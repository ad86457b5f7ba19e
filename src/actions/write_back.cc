#include "actions/write_back.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "actions/sheet_list.h"
#include "base/text.h"
#include "campaign/sheet_source.h"
#include "mail/address.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostCells = 20'000;     // written by one request
constexpr std::size_t kMostBytes = 1'500'000;  // Google recommends at most 2 MB
constexpr std::int64_t kRowsASecond = 2'500;   // read of one sheet, on average
constexpr std::int64_t kMostMoved = 200;       // rows above the header that people may have put there
constexpr std::size_t kLongestWords = 200;
constexpr Micros kGiveUpAfter = 24h * 7;  // of a campaign that is over
constexpr int kPage = 250;

constexpr std::array<std::string_view, 4> kWholeTexts = {"Bounced", "Uncertain", "Unsubscribed", "Skipped"};
constexpr std::array<std::string_view, 3> kStarts = {"Sent ", "Failed: ", "Skipped: "};

std::string sent_text(WallTime at) {
  return fmt::format("Sent {:%Y-%m-%d %H:%M:%S} UTC", std::chrono::floor<std::chrono::seconds>(at));
}

/// Somebody sent to later than us: another campaign has the sheet, too, and its word is the newer one.
bool is_later(std::string_view cell, std::string_view ours) {
  return cell.starts_with("Sent ") && ours.starts_with("Sent ") && cell.size() == ours.size() && cell > ours;
}

Micros pause_after(const Error& error, int tries) {
  if (error.code == "sheet_quota") return 60s;
  const bool passes = error.kind == Error::Kind::unavailable;
  return std::min<Micros>((passes ? 5s : 60s) * (1 << std::min(tries, 10)), passes ? 5min : 1h);
}

}  // namespace

std::string status_text(const EmailView& email) {
  switch (email.status) {
    case EmailStatus::sent:
      return sent_text(email.sent_at.value_or(WallTime{}));
    case EmailStatus::failed:
      return "Failed: " + one_line(email.reason.empty() ? email.server_text : email.reason, kLongestWords);
    case EmailStatus::bounced:
      return "Bounced";
    case EmailStatus::skipped:
      return email.reason.empty() ? "Skipped" : "Skipped: " + one_line(email.reason, kLongestWords);
    case EmailStatus::uncertain:
      return "Uncertain";
    case EmailStatus::pending:
      break;
  }
  return {};
}

bool is_status_text(std::string_view text) {
  return std::ranges::find(kWholeTexts, text) != kWholeTexts.end() ||
         std::ranges::any_of(kStarts, [&](std::string_view start) { return text.starts_with(start); });
}

/// The sheet as a round sees it: one revision.
struct WriteBack::Tab {
  std::int64_t first_row = 0;      ///< of the rows below
  std::int64_t status_column = 0;  ///< from 1
  struct Row {
    std::string key;  ///< of its address; empty: it has none
    std::string status;
  };
  std::vector<Row> rows;
  std::int64_t lost_header = 0;  ///< the row of the header that our words came to stand in; 0: none
};

/// What the sheet should say.
struct WriteBack::Wanted {
  struct Person {
    std::string text;    ///< empty: nothing yet
    std::string before;  ///< what stood there when the list was read
  };
  std::unordered_map<std::string, Person> people;  ///< by the key of their address
};

void WriteBack::look(ActionContext& context) {
  if (context.sheets == nullptr) return;
  // What a restored backup knows of its emails is old: the sheet knows better.
  if (context.store.state().quarantined_at) return;
  const auto now = context.clock.boot_now();
  if (now < next_round_) return;
  const auto due = context.sheet_store.due(context.clock.wall_now(), 1);
  if (due.empty()) return;
  next_round_ = now + kBetweenRounds;
  round(context, due.front());
}

void WriteBack::round(ActionContext& context, const SheetLink& link) {
  auto& store = context.sheet_store;
  const auto began = context.clock.wall_now();
  const auto mark =
      store.mark(link.campaign);  // before anything is read: what happens meanwhile counts as new
  const auto tab = read(context, link);
  if (!tab) return note_failure(context, link, tab.error());
  auto writes = differences(*tab, wanted(context, link), memories_[link.campaign]);
  if (tab->lost_header > 0) writes[tab->lost_header] = link.status_header;
  if (writes.empty()) {
    memories_[link.campaign].written.clear();
    memories_[link.campaign].strangers.clear();
    return store.shown(link.campaign, mark, began);
  }
  std::vector<CellWrite> cells;
  std::size_t count = 0, bytes = 0;
  for (const auto& [row, text] : writes) {
    if (++count > kMostCells || (bytes += text.size() + 40) > kMostBytes) break;
    const bool next = !cells.empty() && cells.back().row + std::ssize(cells.back().below) == row;
    if (!next) cells.push_back({row, {}});
    cells.back().below.push_back(text);
  }
  const auto written = write(context, link, *tab, cells);
  if (!written) return note_failure(context, link, written.error());
  const auto pause = std::max<Micros>(kBetweenRounds, 1s * (std::ssize(tab->rows) / kRowsASecond));
  store.look_again(link.campaign, context.clock.wall_now() + pause);
}

/// Through the anchor, so that columns may move until the very write. Whoever moves the statuses without
/// their column (cut and paste) leaves the anchor behind: then it is tied anew, and the next round writes.
Result<void> WriteBack::write(ActionContext& context, const SheetLink& link, const Tab& tab,
                              const std::vector<CellWrite>& cells) {
  const auto column =
      link.anchor == 0 ? Result<std::int64_t>(0) : context.sheets->anchored(link.sheet_id, link.anchor);
  if (!column) return std::unexpected(column.error());
  if (*column == tab.status_column) return context.sheets->write(link.sheet_id, link.anchor, cells);
  auto as_seen = link;
  as_seen.header_row = tab.first_row - 1;
  return prepare_write_back(context, as_seen);
}

Result<WriteBack::Tab> WriteBack::read(ActionContext& context, const SheetLink& link) {
  const auto outline = context.sheets->outline(link.sheet_id);
  if (!outline) return std::unexpected(outline.error());
  const auto tab = tab_of(*outline, link);
  if (!tab) return std::unexpected(tab.error());
  // Header and columns in one answer, which is one revision. The columns are guessed to be where they were;
  // if people moved them, or put rows above the header, they are read once more.
  auto& guess = memories_[link.campaign].columns;
  for (int tries = 0; tries < 3; ++tries) {
    const auto column = [&](std::int64_t number) {
      return SheetRange{tab->title, 1, number, tab->rows, number};
    };
    const auto reach = tries == 0 ? link.header_row : link.header_row + kMostMoved;
    const SheetRange head{tab->title, 1, 1, std::min(reach, tab->rows), tab->columns};
    const auto read = context.sheets->read_columns(
        link.sheet_id,
        {head, column(std::min(guess.email, tab->columns)), column(std::min(guess.status, tab->columns))});
    if (!read) return std::unexpected(read.error());
    auto found = find_headers((*read)[0], link.header_row, link.email_header, link.status_header);
    if (!found && tries == 0) continue;
    const bool lost = !found;
    if (lost) found = find_lost_header((*read)[0], link);
    if (!found) {
      return not_found("sheet_columns_gone",
                       fmt::format("The tab {} has no row with the headers \"{}\" and \"{}\" any more.",
                                   one_line(tab->title, 60), one_line(link.email_header, 60),
                                   one_line(link.status_header, 60)));
    }
    if (found->email != guess.email || found->status != guess.status) {
      guess = *found;
      continue;
    }
    Tab out{.first_row = found->row + 1,
            .status_column = found->status,
            .rows = {},
            .lost_header = lost ? found->row : 0};
    const auto cell = [](const std::vector<std::vector<std::string>>& rows, std::size_t row) {
      return row < rows.size() && !rows[row].empty() ? rows[row].front() : std::string();
    };
    const auto rows = std::max((*read)[1].size(), (*read)[2].size());
    for (auto row = static_cast<std::size_t>(found->row); row < rows; ++row) {
      const auto address = parse_address(trim(cell((*read)[1], row)));
      out.rows.push_back({.key = address ? address->key() : std::string(), .status = cell((*read)[2], row)});
    }
    return out;
  }
  return unavailable("sheet_moves", "The sheet's columns are being moved about. It is looked at again.");
}

/// Rows that were put above the header just before our words were written moved the header under them.
std::optional<HeaderPlace> WriteBack::find_lost_header(const std::vector<std::vector<std::string>>& rows,
                                                       const SheetLink& link) {
  const auto& memory = memories_[link.campaign];
  auto found = find_headers(rows, link.header_row, link.email_header, {});
  if (!found) return std::nullopt;
  const auto& cells = rows[static_cast<std::size_t>(found->row - 1)];
  const auto column = static_cast<std::size_t>(memory.columns.status - 1);
  if (column >= cells.size() || !memory.written.contains(cells[column])) return std::nullopt;
  found->status = memory.columns.status;
  return found;
}

WriteBack::Wanted WriteBack::wanted(ActionContext& context, const SheetLink& link) const {
  Wanted wanted;
  const auto campaign = context.store.campaign(link.campaign);
  if (!campaign) return wanted;
  const auto is_status = [&](const Column& column) {
    return equals_ignoring_case(column.header, link.status_header);
  };
  const auto status = static_cast<std::size_t>(std::ranges::find_if(campaign->columns, is_status) -
                                               campaign->columns.begin());
  for (std::int64_t after = 0;;) {
    const auto page =
        context.store.emails(link.campaign, {.status = {}, .address = {}, .after = after, .limit = kPage});
    for (const auto& email : page) {
      const auto address = parse_address(email.address);
      if (!address) continue;
      wanted.people[address->key()] = {
          .text = status_text(email),
          .before = status < email.values.size() ? email.values[status] : std::string()};
    }
    if (std::ssize(page) < kPage) break;
    after = page.back().ordinal;
  }
  for (const auto& key : context.sheet_store.left(link.campaign)) {
    if (const auto person = wanted.people.find(key); person != wanted.people.end())
      person->second.text = "Unsubscribed";
  }
  return wanted;
}

std::map<std::int64_t, std::string> WriteBack::differences(const Tab& tab, const Wanted& wanted,
                                                           Memory& memory) const {
  std::map<std::int64_t, std::string> writes;
  std::unordered_map<std::string, std::string> strangers;
  for (std::size_t i = 0; i < tab.rows.size(); ++i) {
    const auto& [key, cell] = tab.rows[i];
    const auto row = tab.first_row + static_cast<std::int64_t>(i);
    const auto person = wanted.people.find(key);
    if (person == wanted.people.end()) {
      // Not one of ours. Only if our last words came to stand here, because rows moved just before they were
      // written, what stood here before comes back.
      const auto before = memory.strangers.find(key);
      const bool moved =
          memory.written.contains(cell) && (before == memory.strangers.end() || before->second != cell);
      const auto text = !moved ? cell : before == memory.strangers.end() ? std::string() : before->second;
      if (moved) writes[row] = text;
      strangers[key] = text;
      continue;
    }
    const auto& [text, before] = person->second;
    if (text.empty()) {
      // Nothing has come of it yet: what we wrote here was meant for another row, or is over (a retry).
      if (cell != before && is_status_text(cell)) writes[row] = before;
    } else if (cell != text && !is_later(cell, text)) {
      writes[row] = text;
    }
  }
  memory.strangers = std::move(strangers);
  for (const auto& [row, text] : writes) memory.written.insert(text);
  return writes;
}

void WriteBack::note_failure(ActionContext& context, const SheetLink& link, const Error& error) {
  const auto now = context.clock.wall_now();
  const auto campaign = context.store.campaign(link.campaign);
  const bool over = campaign && campaign->completed_at && now - *campaign->completed_at > kGiveUpAfter;
  if (over && link.trouble_since && now - *link.trouble_since > kGiveUpAfter)
    return context.sheet_store.give_up(link.campaign, error.code, error.message, now);
  context.sheet_store.failed(link.campaign, error.code, error.message, now,
                             now + pause_after(error, link.tries));
}

}  // namespace postrider
