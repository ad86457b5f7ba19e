// Accounts: who logs in. There is always an owner who can, once there was one.

#include <fmt/format.h>

#include "base/text.h"
#include "store/sqlite/account_store.h"

namespace postrider::sqlite {
namespace {

constexpr auto kSelect = "SELECT id, name, role, password_hash, created, disabled FROM account ";

Account read_row(const Statement& row) {
  return {.id = AccountId{row.integer(0)},
          .name = std::string{row.text(1)},
          .role = static_cast<Role>(row.integer(2)),
          .password_hash = std::string{row.text(3)},
          .created = from_micros(row.integer(4)),
          .disabled = row.integer(5) != 0};
}

std::unexpected<Error> no_account(std::string_view which) {
  return not_found("account_not_found",
                   fmt::format("There is no account {}. See `postrider account list`.", which));
}

constexpr auto kOtherOwner = "SELECT 1 FROM account WHERE role = ? AND disabled = 0 AND id <> ? LIMIT 1";

/// An error when nobody could rule the accounts any more if this one were gone.
Result<void> check_not_last_owner(Database& db, AccountId id) {
  Statement row(db, std::string(kSelect) + "WHERE id = ?");
  if (!row.query(id.value).step()) return no_account(fmt::to_string(id.value));
  const auto account = read_row(row);
  if (account.role != Role::owner || account.disabled) return {};
  Statement other(db, kOtherOwner);
  if (other.query(static_cast<int>(Role::owner), id.value).step()) return {};
  return conflict("last_owner",
                  fmt::format("{} is the last owner who can log in. Make another account an owner first: "
                              "`postrider account set-role NAME owner`.",
                              account.name));
}

void remove_sessions(Database& db, AccountId id) {
  Statement(db, "DELETE FROM account_session WHERE account_id = ?").run(id.value);
}

}  // namespace

constexpr auto kInsert =
    "INSERT INTO account (name, name_key, role, password_hash, created, disabled) VALUES (?, ?, ?, ?, ?, ?)";

Result<AccountId> insert_account(Database& db, const Account& account, WallTime now) {
  const auto key = lower_ascii(account.name);
  Statement taken(db, "SELECT 1 FROM account WHERE name_key = ?");
  if (taken.query(std::string_view{key}).step()) {
    return conflict("account_exists",
                    fmt::format("There is an account {} already. Choose another name.", account.name));
  }
  Statement(db, kInsert)
      .run(std::string_view{account.name}, std::string_view{key}, static_cast<int>(account.role),
           std::string_view{account.password_hash}, to_micros(now), account.disabled);
  return AccountId{db.last_id()};
}

bool has_account(Database& db) {
  return Statement(db, "SELECT 1 FROM account LIMIT 1").step();
}

Result<AccountId> SqliteAccountStore::create_account(const Account& account) {
  return write([&](Database& db) { return insert_account(db, account, now()); });
}

bool SqliteAccountStore::has_accounts() {
  return read([](Database& db) { return has_account(db); });
}

std::vector<Account> SqliteAccountStore::accounts(AccountId after, int limit) {
  return read([&](Database& db) {
    std::vector<Account> page;
    Statement rows(db, std::string(kSelect) + "WHERE id > ? ORDER BY id LIMIT ?");
    rows.query(after.value, limit);
    while (rows.step()) page.push_back(read_row(rows));
    return page;
  });
}

Result<Account> SqliteAccountStore::account(AccountId id) {
  return read([&](Database& db) -> Result<Account> {
    Statement row(db, std::string(kSelect) + "WHERE id = ?");
    if (!row.query(id.value).step()) return no_account(fmt::to_string(id.value));
    return read_row(row);
  });
}

Result<Account> SqliteAccountStore::find_account(std::string_view name) {
  return read([&](Database& db) -> Result<Account> {
    const auto key = lower_ascii(name);
    Statement row(db, std::string(kSelect) + "WHERE name_key = ?");
    if (!row.query(std::string_view{key}).step()) return no_account(name);
    return read_row(row);
  });
}

Result<void> SqliteAccountStore::set_role(AccountId id, Role role) {
  return write([&](Database& db) -> Result<void> {
    if (role != Role::owner) {
      if (auto fine = check_not_last_owner(db, id); !fine) return fine;
    }
    if (Statement(db, "UPDATE account SET role = ? WHERE id = ?").run(static_cast<int>(role), id.value) == 0)
      return no_account(fmt::to_string(id.value));
    return {};
  });
}

Result<void> SqliteAccountStore::set_password(AccountId id, std::string_view hash) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, "UPDATE account SET password_hash = ? WHERE id = ?").run(hash, id.value) == 0)
      return no_account(fmt::to_string(id.value));
    remove_sessions(db, id);
    return {};
  });
}

Result<void> SqliteAccountStore::disable_account(AccountId id) {
  return write([&](Database& db) -> Result<void> {
    if (auto fine = check_not_last_owner(db, id); !fine) return fine;
    Statement(db, "UPDATE account SET disabled = 1 WHERE id = ?").run(id.value);
    remove_sessions(db, id);
    return {};
  });
}

Result<void> SqliteAccountStore::enable_account(AccountId id) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, "UPDATE account SET disabled = 0 WHERE id = ?").run(id.value) == 0)
      return no_account(fmt::to_string(id.value));
    return {};
  });
}

Result<void> SqliteAccountStore::remove_account(AccountId id) {
  return write([&](Database& db) -> Result<void> {
    if (auto fine = check_not_last_owner(db, id); !fine) return fine;
    remove_sessions(db, id);
    Statement(db, "DELETE FROM account WHERE id = ?").run(id.value);
    return {};
  });
}

std::unique_ptr<AccountStore> make_account_store(Writer& writer) {
  return std::make_unique<SqliteAccountStore>(writer);
}

}  // namespace postrider::sqlite
