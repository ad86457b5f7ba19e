#pragma once
// CatchingSessions: mail sessions without a mail server: every message goes into a catch log on this
// machine and nowhere else. No socket is ever opened. For campaigns in test mode. On the loop only.

#include <memory>
#include <string>

#include "base/background.h"
#include "base/clock.h"
#include "mail/session.h"

namespace postrider {

/// The log in `directory` is opened with the first message, in the background, and kept open; that it
/// cannot be is a Fault thrown by Sessions::open. A message is accepted once it is on disk.
std::unique_ptr<Sessions> make_catching_sessions(Loop& loop, Background& background, const Clock& clock,
                                                 std::string directory);

}  // namespace postrider
