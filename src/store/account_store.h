#pragma once
// AccountStore: who may ask, in business verbs: accounts, their sessions, API keys, the one-time links
// that make accounts, and the throttle of logins. Only hashes are kept of passwords (argon2id) and of
// tokens (SHA-256). One call = one transaction. The two lookups of every request, find_key and
// find_session, read one row by its index and write nothing. Blocking; called from action threads, never
// from the loop. Broken surroundings are a StoreFault. Thread safe.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace postrider {

using AccountId = Id<struct AccountTag>;
using ApiKeyId = Id<struct ApiKeyTag>;

/// Each may do what the one before it may: look; write campaigns and send; rule accounts, keys, mailboxes.
enum class Role { viewer, editor, owner };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

/// A person who logs in.
struct Account {
  AccountId id;
  std::string name;  ///< as written; unique whatever the case of its letters
  Role role = Role::viewer;
  std::string password_hash;
  WallTime created{};
  bool disabled = false;
};

/// A program that asks. It has a role, or scopes (single things it may do: "metrics"), or both.
struct ApiKey {
  ApiKeyId id;
  std::string name;
  std::optional<Role> role;
  std::set<std::string> scopes;
  std::string prefix;  ///< the start of the key, to tell it by
  WallTime created{};
  std::optional<WallTime> last_used, expires, revoked;
};

inline constexpr auto kSessionLife = std::chrono::days{30};  ///< however busy, unless set otherwise
inline constexpr auto kSessionIdle = std::chrono::days{7};   ///< without a request
inline constexpr int kMostSessions = 50;                     ///< of one account: then the oldest ends

/// A login in a browser.
struct AccountSession {
  std::string hash;  ///< of its token
  AccountId account;
  WallTime created{}, last_seen{}, expires{};
  std::string address;  ///< where it came from
};
struct SignedIn {
  AccountSession session;
  Account account;  ///< as it is now, without its password's hash
};

/// What a one-time link is good for, once.
struct Invitation {
  std::string hash;    ///< of its token
  bool setup = false;  ///< makes the first owner, and is good only while there is no account
  Role role = Role::viewer;
  std::string by;
  WallTime created{}, expires{};
};
inline constexpr int kMostInvitations = 100;
/// The answer to a link that was used, has expired, or never was one.
std::unexpected<Error> link_not_valid();

/// After this many failures in a row each further one blocks, twice as long as the one before: 5 s to 15 min.
inline constexpr int kFreeFailures = 5;
inline constexpr Micros kFirstBlock = std::chrono::seconds{5};
inline constexpr Micros kLongestBlock = std::chrono::minutes{15};
inline constexpr Micros kFailureMemory = std::chrono::hours{24};  ///< forgotten that long after the last
inline constexpr int kMostThrottled = 10'000;                     ///< then the oldest are forgotten
/// How long the `failures`th failure in a row blocks.
Micros block_after(int failures);

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // Accounts. The last owner who can log in is neither removed, lowered nor disabled: a conflict.
  virtual Result<AccountId> create_account(const Account& account) = 0;
  virtual bool has_accounts() = 0;
  /// In order of their ids; keyset.
  virtual std::vector<Account> accounts(AccountId after, int limit) = 0;
  virtual Result<Account> account(AccountId id) = 0;
  virtual Result<Account> find_account(std::string_view name) = 0;
  virtual Result<void> set_role(AccountId id, Role role) = 0;
  /// Ends all its sessions, in the same transaction.
  virtual Result<void> set_password(AccountId id, std::string_view hash) = 0;
  virtual Result<void> disable_account(AccountId id) = 0;  ///< ends all its sessions
  virtual Result<void> enable_account(AccountId id) = 0;
  virtual Result<void> remove_account(AccountId id) = 0;

  // One-time links. A new one for set-up replaces the one before; expired ones go.
  virtual Result<void> add_invitation(const Invitation& invitation) = 0;
  virtual std::optional<Invitation> find_invitation(std::string_view hash, WallTime now) = 0;
  /// Makes the account, with the invitation's role, and uses the invitation up. Of two at once one
  /// succeeds. An error (a name that is taken) leaves it usable.
  virtual Result<AccountId> accept_invitation(std::string_view hash, const Account& account,
                                              WallTime now) = 0;

  // API keys.
  virtual ApiKeyId add_key(const ApiKey& key, std::string_view hash) = 0;
  /// Newest first; keyset: ids below `before` (0: from the newest). The revoked, too.
  virtual std::vector<ApiKey> keys(ApiKeyId before, int limit) = 0;
  virtual Result<ApiKey> revoke_key(ApiKeyId id) = 0;  ///< takes effect at once, for good; twice is fine
  /// Nothing when there is none, or it was revoked, or has expired.
  virtual std::optional<ApiKey> find_key(std::string_view hash, WallTime now) = 0;
  /// Remembers that it was used. Writes only when `key` says that was over a minute ago.
  virtual void note_used(const ApiKey& key, WallTime now) = 0;

  // Sessions.
  virtual void open_session(const AccountSession& session) = 0;
  /// Nothing when there is none, it has expired or was idle too long, or its account is disabled.
  virtual std::optional<SignedIn> find_session(std::string_view hash, WallTime now) = 0;
  /// Remembers that it was used. Writes only when `session` says that was over a minute ago.
  virtual void note_seen(const AccountSession& session, WallTime now) = 0;
  virtual bool close_session(std::string_view hash) = 0;  ///< false: there was none
  virtual int close_sessions(AccountId account) = 0;      ///< how many
  virtual std::vector<AccountSession> sessions(
      AccountId account) = 0;  ///< newest first, at most kMostSessions

  // Throttle of logins. `keys` are what is counted: the account's name, the caller's address.
  /// Counts one try against each key before the password is looked at, so that many tries at once get no
  /// further than one after the other. Until when the caller must wait when one of them is blocked;
  /// then nothing is counted.
  virtual std::optional<WallTime> begin_login(const std::vector<std::string>& keys, WallTime now) = 0;
  /// The password was right: forgets the failures of `cleared`, takes one try back from `others`.
  virtual void end_login(std::string_view cleared, const std::vector<std::string>& others) = 0;
};

}  // namespace postrider
