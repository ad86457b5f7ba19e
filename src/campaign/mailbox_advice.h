#pragma once
// Advice: what a person can do about a mail server that would not have us, in whole sentences. A
// table of data (mailbox_advice.cc) asked for the kind of trouble, its stage and the server's words;
// a refused login is answered by the provider's own rules where we know the provider. Pure.

#include <string>
#include <string_view>

#include "campaign/mailbox.h"
#include "mail/reply.h"

namespace postrider {

/// `pin_seen`: of the key the server showed, empty when it showed none; `names_seen`: the names its
/// certificate is good for. Never empty.
std::string advice_on(const Trouble& trouble, const Mailbox& mailbox, std::string_view pin_seen,
                      std::string_view names_seen);

/// Why a mailbox that is paused or stopped does not send, until when, and what to do; empty when it is
/// active.
std::string standing_of(const Mailbox& mailbox);

}  // namespace postrider
