#pragma once
// SuppressionLookup: whether an address must not be mailed, by itself or by its domain, and why. Two
// look-ups by key rather than one "IN": that would build a table of its two values each time, at
// several times the cost of the answer. Where nothing, or no domain, is suppressed at all, it asks for
// that once and not for each address: what it knows holds for one transaction. Store room only.

#include <optional>
#include <string>
#include <string_view>

#include "store/sqlite/database.h"

namespace postrider::sqlite {

class SuppressionLookup {
 public:
  explicit SuppressionLookup(Database& db)
      : reason_(db, "SELECT reason FROM suppression WHERE key = ?"),
        addresses_(db, "SELECT 1 FROM suppression WHERE key < '@' OR key >= 'A' LIMIT 1"),
        domains_(db, "SELECT 1 FROM suppression WHERE key >= '@' AND key < 'A' LIMIT 1") {}

  /// A transaction begins, or suppressed somebody: forgets what it knows.
  void look_again() { any_address_ = any_domain_ = std::nullopt; }

  /// Why, where `address_key` (see address_keys.h) or its domain is suppressed; nothing when it may be
  /// mailed. The address's own reason goes before its domain's.
  std::optional<std::string> find(std::string_view address_key) {
    if (is_any(any_address_, addresses_)) {
      if (auto reason = look_up(address_key)) return reason;
    }
    if (!is_any(any_domain_, domains_)) return std::nullopt;
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
  static bool is_any(std::optional<bool>& known, Statement& ask) {
    if (!known) {
      known = ask.query().step();
      ask.reset();
    }
    return *known;
  }
  Statement reason_, addresses_, domains_;
  std::optional<bool> any_address_, any_domain_;
};

}  // namespace postrider::sqlite
