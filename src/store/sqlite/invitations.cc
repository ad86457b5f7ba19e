// One-time links that make an account: the first owner's at set-up, and those an owner hands out.

#include <fmt/format.h>

#include "store/sqlite/account_store.h"

namespace postrider::sqlite {
namespace {

std::unexpected<Error> already_set_up() {
  return conflict(
      "already_set_up",
      "There is an account already. An owner invites further people: `postrider account invite`.");
}

std::optional<Invitation> find(Database& db, std::string_view hash, WallTime now) {
  Statement row(db,
                "SELECT hash, setup, role, invited_by, created, expires FROM invitation WHERE hash = ? AND "
                "expires > ?");
  if (!row.query(hash, to_micros(now)).step()) return std::nullopt;
  Invitation invitation{.hash = std::string{row.text(0)},
                        .setup = row.integer(1) != 0,
                        .role = static_cast<Role>(row.integer(2)),
                        .by = std::string{row.text(3)},
                        .created = from_micros(row.integer(4)),
                        .expires = from_micros(row.integer(5))};
  if (invitation.setup && has_account(db)) return std::nullopt;
  return invitation;
}

}  // namespace

constexpr auto kInsert =
    "INSERT INTO invitation (hash, setup, role, invited_by, created, expires) VALUES (?, ?, ?, ?, ?, ?)";

Result<void> SqliteAccountStore::add_invitation(const Invitation& invitation) {
  return write([&](Database& db) -> Result<void> {
    if (invitation.setup && has_account(db)) return already_set_up();
    Statement(db, "DELETE FROM invitation WHERE expires <= ?1 OR (setup = 1 AND ?2)")
        .run(to_micros(invitation.created), invitation.setup);
    Statement open(db, "SELECT count(*) FROM invitation");
    if (open.step() && open.integer(0) >= kMostInvitations) {
      return conflict(
          "too_many_invitations",
          fmt::format("{} invitations are open. Wait until some are used or expire.", kMostInvitations));
    }
    Statement(db, kInsert)
        .run(std::string_view{invitation.hash}, invitation.setup, static_cast<int>(invitation.role),
             std::string_view{invitation.by}, to_micros(invitation.created), to_micros(invitation.expires));
    return {};
  });
}

std::optional<Invitation> SqliteAccountStore::find_invitation(std::string_view hash, WallTime now) {
  return read([&](Database& db) { return find(db, hash, now); });
}

Result<AccountId> SqliteAccountStore::accept_invitation(std::string_view hash, const Account& account,
                                                        WallTime now) {
  return write([&](Database& db) -> Result<AccountId> {
    const auto invitation = find(db, hash, now);
    if (!invitation) return link_not_valid();
    auto invited = account;
    invited.role = invitation->role;
    auto made = insert_account(db, invited, now);
    if (made) Statement(db, "DELETE FROM invitation WHERE hash = ?").run(hash);
    return made;
  });
}

}  // namespace postrider::sqlite
