#pragma once
// The rows of a Google sheet as a list. Row numbers are the sheet's own, whatever the range begins with.

#include <memory>
#include <string>

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

}  // namespace postrider
