#pragma once
// ValueRows: a ValueRange of Google Sheets, read from its JSON as it arrives, so that memory does not grow
// with it: {"range":"…","majorDimension":"ROWS","values":[["a","b"],[],…]}. The rows go into a file that has
// no name any more and are read back from there. For this room only.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/sheets.h"

namespace postrider {

class ValueRows final : public SheetRows {
 public:
  ValueRows();
  ~ValueRows() override;

  /// More of the JSON; false: it is none, or not of that form, and nothing more is taken.
  bool take(std::string_view json);
  /// The end of the JSON. False: it broke off. Then the rows can be read.
  bool finish();

  bool next(std::vector<std::string>& cells) override;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::FILE* file_;
};

}  // namespace postrider
