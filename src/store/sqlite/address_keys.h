#pragma once
// Address keys: which addresses a list being read has had so far, kept on a temporary file that
// needs no sync and goes with this object, so that memory does not grow with the list. At the end
// they are written to the database in key order, which costs a tenth of writing them as they come.
// Used by one thread; store room only.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/id.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

class AddressKeys {
 public:
  AddressKeys();

  /// Remembers the key; when it was there already, the source row that brought it.
  std::optional<std::int64_t> add(std::string_view key, std::int64_t ordinal, std::int64_t source_row);

  /// Inside a transaction of `db`: the next piece of the keys, in order. False when none was left.
  bool write_piece(Database& db, CampaignId campaign);

 private:
  Database temporary_;
  Statement insert_, find_, in_order_;
};

}  // namespace postrider::sqlite
