#pragma once
// What the tests of the account store share: a store on a fresh file, a clock turned by hand, and people.

#include "store/nouns_fixture.h"

namespace postrider {

class AccountsTest : public NounsTest {
 protected:
  AccountStore& accounts() { return store_->accounts(); }
  WallTime now() const { return clock_.wall_now(); }

  AccountId add(const std::string& name, Role role = Role::owner) {
    return accounts()
        .create_account({.name = name, .role = role, .password_hash = "hash of " + name})
        .value();
  }
  AccountSession open_session(AccountId account, const std::string& hash) {
    AccountSession session{.hash = hash,
                           .account = account,
                           .created = now(),
                           .last_seen = now(),
                           .expires = now() + kSessionLife,
                           .address = "192.0.2.1"};
    accounts().open_session(session);
    return session;
  }
  bool is_open(const std::string& hash) { return accounts().find_session(hash, now()).has_value(); }
};

}  // namespace postrider
