#include "campaign/sheet_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "campaign/header_names.h"

namespace postrider {
namespace {

/// What a sheet shows in the place of a value that could not be calculated.
constexpr std::array<std::string_view, 9> kErrors = {"#REF!", "#N/A",   "#VALUE!", "#NAME?",    "#DIV/0!",
                                                     "#NUM!", "#NULL!", "#ERROR!", "Loading..."};

bool is_blank(const std::vector<std::string>& cells) {
  return std::ranges::all_of(cells, [](const std::string& cell) { return trim(cell).empty(); });
}

class SheetSource final : public RecipientSource {
 public:
  SheetSource(std::unique_ptr<SheetRows> rows, std::int64_t first_row, std::string name,
              SheetListOptions options)
      : rows_(std::move(rows)), row_(first_row - 1), name_(std::move(name)), options_(std::move(options)) {}

  Result<std::vector<std::string>> headers() override {
    if (!started_) begin();
    if (headers_.empty()) {
      return invalid(
          "no_header",
          fmt::format("{}: its first row is empty. The first row of the range must name the columns.",
                      name_));
    }
    return headers_;
  }

  Result<std::optional<SourceRow>> next() override {
    if (const auto known = headers(); !known) return std::unexpected(known.error());
    std::vector<std::string> cells;
    while (rows_->next(cells)) {
      ++row_;
      if (!is_blank(cells)) return make_row(std::move(cells));
    }
    return std::nullopt;
  }

  std::string name() const override { return name_; }

 private:
  void begin() {
    started_ = true;
    std::vector<std::string> cells;
    if (!rows_->next(cells)) return;
    ++row_;
    if (is_blank(cells)) return;
    HeaderNames names;
    for (const auto& cell : cells) names.add(cell);
    headers_ = names.take();
    const auto is_status = [this](const std::string& header) {
      return !options_.status_header.empty() && equals_ignoring_case(header, options_.status_header);
    };
    status_ = static_cast<std::size_t>(std::ranges::find_if(headers_, is_status) - headers_.begin());
  }

  SourceRow make_row(std::vector<std::string> cells) const {
    SourceRow out{.row = row_, .values = std::move(cells), .problem = {}};
    auto used = out.values.size();
    while (used > headers_.size() && trim(out.values[used - 1]).empty()) --used;
    if (used > headers_.size())
      out.problem = fmt::format("the row has {} cells, the header has {}", used, headers_.size());
    out.values.resize(headers_.size());
    for (std::size_t i = 0; i < out.values.size() && out.problem.empty(); ++i) {
      if (i != status_ && std::ranges::find(kErrors, out.values[i]) != kErrors.end())
        out.problem = fmt::format("the cell under \"{}\" shows {}", headers_[i], out.values[i]);
    }
    if (options_.only_unmarked && out.problem.empty() && status_ < out.values.size()) {
      const auto status = trim(out.values[status_]);
      if (!status.empty()) out.problem = fmt::format("it has a status already: {}", one_line(status, 100));
    }
    return out;
  }

  std::unique_ptr<SheetRows> rows_;
  std::int64_t row_;  // the one read last
  const std::string name_;
  const SheetListOptions options_;
  bool started_ = false;
  std::vector<std::string> headers_;
  std::size_t status_ = 0;  // as many as there are headers: no such column
};

}  // namespace

std::unique_ptr<RecipientSource> make_sheet_source(std::unique_ptr<SheetRows> rows, std::int64_t first_row,
                                                   std::string name, SheetListOptions options) {
  return std::make_unique<SheetSource>(std::move(rows), first_row, std::move(name), std::move(options));
}

std::optional<HeaderPlace> find_headers(const std::vector<std::vector<std::string>>& rows,
                                        std::int64_t usual_row, std::string_view email_header,
                                        std::string_view status_header) {
  const auto look = [&](std::int64_t row) -> std::optional<HeaderPlace> {
    if (row < 1 || row > std::ssize(rows)) return std::nullopt;
    HeaderNames named;
    for (const auto& cell : rows[static_cast<std::size_t>(row - 1)]) named.add(cell);
    const auto names = named.take();
    const auto column = [&](std::string_view header) -> std::int64_t {
      const auto same = [&](const std::string& name) { return equals_ignoring_case(name, header); };
      const auto found = std::ranges::find_if(names, same);
      return found == names.end() ? 0 : found - names.begin() + 1;
    };
    const HeaderPlace place{.row = row, .email = column(email_header), .status = column(status_header)};
    const bool all = place.email > 0 && (place.status > 0 || status_header.empty());
    return all ? std::optional(place) : std::nullopt;
  };
  if (auto place = look(usual_row)) return place;
  for (std::int64_t row = 1; row <= std::ssize(rows); ++row) {
    if (auto place = look(row)) return place;
  }
  return std::nullopt;
}

}  // namespace postrider
