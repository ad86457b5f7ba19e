#pragma once
// HttpCaller: calls the targets of HTTP tasks over the network. A target is somebody else's URL: each call is
// judged by the address it really leads to, follows no redirect, and throws away what is answered beyond the
// status. Tokens are signed for the accounts that the operator named, and no others.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "oauth/id_token.h"
#include "queue/http_target.h"
#include "web/web_client.h"

namespace postrider {

struct HttpCallerRules {
  TargetRules targets;                        ///< of POSTRIDER_ALLOW_PRIVATE_TARGETS
  std::vector<std::string> service_accounts;  ///< whose ID tokens it may sign
};

/// All but the rules outlive it. Calls under way may outlive it, and end with the web client. Thread safe; a
/// token for an audience that is new is signed on the thread that calls, a millisecond's work.
///
/// No response is what comes of a call that was never made, too: its target is not allowed, its token is none
/// that may be signed. The log says why, once a minute for each reason.
std::unique_ptr<HttpTarget> make_http_caller(WebClient& web, IdTokenSigner& signer, const Clock& clock,
                                             Log& log, HttpCallerRules rules);

}  // namespace postrider
