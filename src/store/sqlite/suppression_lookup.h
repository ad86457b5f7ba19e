#pragma once
// SuppressionLookup: whether an address must not be mailed, by itself or by its domain, and why. Two
// look-ups by key rather than one "IN": that would build a table of its two values each time, at
// several times the cost of the answer. Store room only.

#include <optional>
#include <string>
#include <string_view>

#include "store/sqlite/database.h"

namespace postrider::sqlite {

class SuppressionLookup {
 public:
  explicit SuppressionLookup(Database& db) : reason_(db, "SELECT reason FROM suppression WHERE key = ?") {}

  /// Why, where `address_key` (see address_keys.h) or its domain is suppressed; nothing when it may be
  /// mailed. The address's own reason goes before its domain's.
  std::optional<std::string> find(std::string_view address_key) {
    if (auto reason = look_up(address_key)) return reason;
    return look_up(address_key.substr(address_key.rfind('@')));
  }

 private:
  std::optional<std::string> look_up(std::string_view key) {
    auto& row = reason_.query(key);
    std::optional<std::string> reason;
    if (row.step()) reason = row.text(0);
    row.reset();
    return reason;
  }
  Statement reason_;
};

}  // namespace postrider::sqlite
