#include "store/sqlite/address_keys.h"

#include "base/check.h"

namespace postrider::sqlite {
namespace {

constexpr int kPiece = 20'000;  // keys a transaction writes; about 1 MB

// A database without a name is a temporary file. Nothing in it is worth a journal.
Database& prepare(Database& temporary) {
  temporary.execute(
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192; "
      "CREATE TABLE key (address_key TEXT PRIMARY KEY, ordinal INTEGER, source_row INTEGER) WITHOUT ROWID; "
      "BEGIN");
  return temporary;
}

}  // namespace

AddressKeys::AddressKeys()
    : temporary_("", Database::Mode::writer),
      insert_(prepare(temporary_), "INSERT INTO key VALUES (?, ?, ?) ON CONFLICT DO NOTHING"),
      find_(temporary_, "SELECT source_row FROM key WHERE address_key = ?"),
      in_order_(temporary_, "SELECT address_key, ordinal FROM key ORDER BY address_key") {}

std::optional<std::int64_t> AddressKeys::add(std::string_view key, std::int64_t ordinal,
                                             std::int64_t source_row) {
  if (insert_.run(key, ordinal, source_row) == 1) return std::nullopt;
  CHECK(find_.query(key).step());
  return find_.integer(0);
}

bool AddressKeys::write_piece(Database& db, CampaignId campaign) {
  Statement insert(db, "INSERT INTO recipient_key (campaign_id, address_key, ordinal) VALUES (?, ?, ?)");
  for (int written = 0; written < kPiece; ++written) {
    if (!in_order_.step()) return false;
    insert.run(campaign.value, in_order_.text(0), in_order_.integer(1));
  }
  return true;
}

}  // namespace postrider::sqlite
