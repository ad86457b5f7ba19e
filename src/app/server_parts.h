#pragma once
// Pieces of the server that know nothing of how it is wired.

#include <string>

#include "app/settings.h"
#include "dispatch/ledger.h"
#include "http/server.h"
#include "smtp/session_pool.h"
#include "store/campaign_store.h"

namespace postrider {

/// Nothing can be ended in order any more (or in time). What is on disk is whole at every moment, so the
/// process simply ends.
[[noreturn]] void leave(int exit_code);

/// A thousand calls and a thousand callers need more descriptors than a process usually starts with.
void raise_file_limit();

/// Threads that hand work to each other do more of it if whoever is woken waits until its waker has nothing
/// left to do (SCHED_BATCH, sched(7)): more goes along with each transaction and each wake. For all threads
/// begun from now on. Where the platform forbids it everything works as well, a little slower.
void let_wakers_go_on();

SmtpOptions smtp_options(const Settings& settings);

/// Why nothing can be written now. What the store says of its last write may be over, so that is tried again.
std::string storage_trouble(const Ledger& ledger, CampaignStore& store);

/// What was really taken; `next_free_port`: a taken port gives the next free one.
Result<ListenAddress> take_port(HttpServer& http, ListenAddress where, bool next_free_port);

}  // namespace postrider
