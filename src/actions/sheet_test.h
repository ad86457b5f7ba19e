#pragma once
// A sheet in memory, which a test may change between any two calls. Tests only.

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "campaign/sheets.h"

namespace postrider {

class MemorySheets : public Sheets {
 public:
  using Rows = std::vector<std::vector<std::string>>;
  struct Tab {
    std::int64_t id;
    std::string title;
    Rows rows;
    std::int64_t columns = 26;
  };

  Result<SheetOutline> outline(const std::string& id) override {
    if (auto bad = called("outline")) return std::unexpected(*bad);
    if (id != sheet_id) return not_found("sheet_not_found", "There is no such sheet.");
    SheetOutline outline{.title = "Team", .tabs = {}};
    for (const auto& tab : tabs) outline.tabs.push_back({tab.id, tab.title, 1'000, tab.columns});
    return outline;
  }

  Result<std::unique_ptr<SheetRows>> read(const std::string&, const SheetRange& range) override {
    if (auto bad = called("read")) return std::unexpected(*bad);
    return std::make_unique<Kept>(cells(range));
  }

  Result<std::vector<Rows>> read_columns(const std::string&, const std::vector<SheetRange>& ranges) override {
    if (auto bad = called("read_columns")) return std::unexpected(*bad);
    std::vector<Rows> all;
    for (const auto& range : ranges) all.push_back(cells(range));
    return all;
  }

  Result<std::int64_t> anchor(const std::string&, std::int64_t id, std::int64_t column) override {
    if (auto bad = called("anchor")) return std::unexpected(*bad);
    anchors.push_back({id, column});
    return std::ssize(anchors);
  }
  Result<std::int64_t> anchored(const std::string&, std::int64_t anchor) override {
    if (auto bad = called("anchored")) return std::unexpected(*bad);
    return anchors.at(static_cast<std::size_t>(anchor - 1)).column;
  }
  Result<void> write(const std::string&, std::int64_t anchor, const std::vector<CellWrite>& writes) override {
    if (auto bad = called("write")) return std::unexpected(*bad);
    const auto [id, column] = anchors.at(static_cast<std::size_t>(anchor - 1));
    if (column == 0) return {};
    for (const auto& write : writes) {
      for (std::size_t i = 0; i < write.below.size(); ++i)
        put(std::ranges::find(tabs, id, &Tab::id)->title, write.row + static_cast<std::int64_t>(i), column,
            write.below[i]);
    }
    return {};
  }
  Result<void> widen(const std::string&, std::int64_t id, std::int64_t columns) override {
    if (auto bad = called("widen")) return std::unexpected(*bad);
    std::ranges::find(tabs, id, &Tab::id)->columns += columns;
    return {};
  }
  std::string account() override { return "robot@project.example"; }

  Tab& tab(const std::string& title = "Leads") { return *std::ranges::find(tabs, title, &Tab::title); }
  std::string cell(std::int64_t row, std::int64_t column, const std::string& title = "Leads") {
    const auto& rows = tab(title).rows;
    if (row > std::ssize(rows) || column > std::ssize(rows[static_cast<std::size_t>(row - 1)])) return {};
    return rows[static_cast<std::size_t>(row - 1)][static_cast<std::size_t>(column - 1)];
  }
  void put(const std::string& title, std::int64_t row, std::int64_t column, const std::string& text) {
    auto& rows = tab(title).rows;
    if (std::ssize(rows) < row) rows.resize(static_cast<std::size_t>(row));
    auto& cells = rows[static_cast<std::size_t>(row - 1)];
    if (std::ssize(cells) < column) cells.resize(static_cast<std::size_t>(column));
    cells[static_cast<std::size_t>(column - 1)] = text;
  }
  /// A person puts a column with `text` in all rows before the one at `column`, which counts from 1.
  void insert_column(std::int64_t column, const std::string& text) {
    for (auto& row : tab().rows) {
      if (std::ssize(row) < column - 1) row.resize(static_cast<std::size_t>(column - 1));
      row.insert(row.begin() + column - 1, text);
    }
    ++tab().columns;
    for (auto& anchor : anchors) anchor.column += anchor.tab == tab().id && anchor.column >= column ? 1 : 0;
  }
  int count(const std::string& call) const {
    const auto found = calls.find(call);
    return found == calls.end() ? 0 : found->second;
  }

  std::string sheet_id = "sheet-0123456789";
  std::vector<Tab> tabs{{7, "Leads", {}, 26}};
  struct Anchor {
    std::int64_t tab, column;  ///< column 0: gone
  };
  std::vector<Anchor> anchors;  ///< number 1 first
  std::map<std::string, int> calls;
  std::function<std::optional<Error>(const std::string& call)>
      before;  ///< may change the sheet, or fail the call

 private:
  class Kept : public SheetRows {
   public:
    explicit Kept(Rows rows) : rows_(std::move(rows)) {}
    bool next(std::vector<std::string>& cells) override {
      if (at_ == rows_.size()) return false;
      cells = rows_[at_++];
      return true;
    }

   private:
    Rows rows_;
    std::size_t at_ = 0;
  };

  std::optional<Error> called(const std::string& call) {
    ++calls[call];
    return before ? before(call) : std::nullopt;
  }

  /// As Google answers: without empty cells and rows at the end.
  Rows cells(const SheetRange& range) {
    Rows out;
    const auto& rows = tab(range.tab).rows;
    for (auto row = range.first_row; row <= std::min(range.last_row.value_or(1'000), std::ssize(rows));
         ++row) {
      auto& cells = out.emplace_back();
      for (auto column = range.first_column; column <= range.last_column.value_or(26); ++column)
        cells.push_back(cell(row, column, range.tab));
      while (!cells.empty() && cells.back().empty()) cells.pop_back();
    }
    while (!out.empty() && out.back().empty()) out.pop_back();
    return out;
  }
};

}  // namespace postrider
