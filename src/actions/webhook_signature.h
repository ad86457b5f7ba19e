#pragma once
// The signature of what we post to an address of the operator's, in the form of Standard Webhooks: whoever
// shares the secret knows that it is from us, whole, and of when. Pure.

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

inline constexpr std::size_t kShortestWebhookSecret = 16;

/// The key's bytes: of "whsec_…" what its base64 says, else the text as it is. Fewer than 16 are an error.
Result<std::string> webhook_key(std::string_view secret);

/// "v1,<base64 of HMAC-SHA256(key, id.seconds.body)>"; `at` in whole seconds since 1970.
std::string webhook_signature(std::string_view key, std::string_view id, WallTime at, std::string_view body);

/// As webhook-timestamp says it.
std::string webhook_timestamp(WallTime at);

}  // namespace postrider
