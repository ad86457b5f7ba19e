#pragma once
// The key of unsubscribe tokens: 32 random bytes, made once for a database and kept in it, sealed. Not
// derived from the installation's key, for that may be changed one day, while links in mail that has left
// must work for ever: who changes it seals this one anew, like the passwords.

#include "base/result.h"
#include "base/secret_box.h"
#include "campaign/unsubscribe_token.h"
#include "store/campaign_store.h"

namespace postrider {

/// Where it is kept (CampaignStore::meta), sealed.
inline constexpr std::string_view kUnsubscribeKeyMeta = "unsubscribe_key";

/// Makes the key at the first call. Called once, while the database is opened. An error when the kept one was
/// sealed under another key.
Result<UnsubscribeKey> open_unsubscribe_key(CampaignStore& store, const SecretBox& secrets);

}  // namespace postrider
