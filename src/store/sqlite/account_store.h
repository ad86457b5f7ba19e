#pragma once
// The account store on SQLite: accounts.cc, invitations.cc, api_keys.cc, account_sessions.cc,
// login_throttle.cc. Writes through the one writer; looks through read-only connections. Thread safe; store
// room only.

#include <memory>
#include <utility>

#include "store/account_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/transact.h"

namespace postrider::sqlite {

std::unique_ptr<AccountStore> make_account_store(Writer& writer);

class SqliteAccountStore final : public AccountStore {
 public:
  explicit SqliteAccountStore(Writer& writer) : writer_(writer), readers_(writer.file) {}

  Result<AccountId> create_account(const Account& account) override;
  bool has_accounts() override;
  std::vector<Account> accounts(AccountId after, int limit) override;
  Result<Account> account(AccountId id) override;
  Result<Account> find_account(std::string_view name) override;
  Result<void> set_role(AccountId id, Role role) override;
  Result<void> set_password(AccountId id, std::string_view hash) override;
  Result<void> disable_account(AccountId id) override;
  Result<void> enable_account(AccountId id) override;
  Result<void> remove_account(AccountId id) override;

  Result<void> add_invitation(const Invitation& invitation) override;
  std::optional<Invitation> find_invitation(std::string_view hash, WallTime now) override;
  Result<AccountId> accept_invitation(std::string_view hash, const Account& account, WallTime now) override;

  ApiKeyId add_key(const ApiKey& key, std::string_view hash) override;
  std::vector<ApiKey> keys(ApiKeyId before, int limit) override;
  Result<ApiKey> revoke_key(ApiKeyId id) override;
  std::optional<ApiKey> find_key(std::string_view hash, WallTime now) override;
  void note_used(const ApiKey& key, WallTime now) override;

  void open_session(const AccountSession& session) override;
  std::optional<SignedIn> find_session(std::string_view hash, WallTime now) override;
  void note_seen(const AccountSession& session, WallTime now) override;
  bool close_session(std::string_view hash) override;
  int close_sessions(AccountId account) override;
  std::vector<AccountSession> sessions(AccountId account) override;

  std::optional<WallTime> begin_login(const std::vector<std::string>& keys, WallTime now) override;
  void end_login(std::string_view cleared, const std::vector<std::string>& others) override;

 private:
  template <class Work>
  auto write(Work&& work) {
    return transact(writer_, std::forward<Work>(work));
  }
  template <class Work>
  auto read(Work&& work) {
    auto lease = readers_.take();
    return work(*lease);
  }
  WallTime now() const { return writer_.clock.wall_now(); }

  Writer& writer_;
  Readers readers_;
};

/// Makes the account, inside a transaction. A conflict when its name is taken.
Result<AccountId> insert_account(Database& db, const Account& account, WallTime now);
bool has_account(Database& db);

inline constexpr auto kNoteEvery = std::chrono::minutes{1};  ///< last_used and last_seen are that exact

}  // namespace postrider::sqlite
