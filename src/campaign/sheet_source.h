#pragma once
// The rows of a Google sheet as a list. Row numbers are the sheet's own, whatever the range begins with.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/recipients.h"
#include "campaign/sheets.h"

namespace postrider {

struct SheetListOptions {
  std::string status_header;   ///< header of the column with statuses; empty: there is none
  bool only_unmarked = false;  ///< a row with a status is left out, and told so
};

/// `rows` starts at the sheet's row `first_row`, which holds the headers. `name` is for people. A cell that
/// shows an error (#REF!) spoils its row; trailing cells that the sheet left out are empty.
std::unique_ptr<RecipientSource> make_sheet_source(std::unique_ptr<SheetRows> rows, std::int64_t first_row,
                                                   std::string name, SheetListOptions options);

/// Where the headers stand in what was read of a tab from its first row and column on. `row` and columns
/// count from 1.
struct HeaderPlace {
  std::int64_t row = 0, email = 0, status = 0;
};

/// The row that holds both headers, by the names that make_sheet_source gives them (the email column) and as
/// it is written (the status column); the one at `usual_row` goes before all others. An
/// empty status header: only the other is looked for.
std::optional<HeaderPlace> find_headers(const std::vector<std::vector<std::string>>& rows,
                                        std::int64_t usual_row, std::string_view email_header,
                                        std::string_view status_header);

}  // namespace postrider
