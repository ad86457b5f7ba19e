#pragma once
// A task: the durable promise to do one thing at or after its schedule time. Pure.
//
//   enqueue              claim              gate passed               done
//  ─────────► SCHEDULED ────────► RUNNING ──────────────► COMMITTING ───────► (gone)
//              │  ▲                 │  │                     │  │
//       cancel │  ├─ later ─────────┤  │ refused, or         │  ├─ refused ──► (gone)
//              ▼  │  lease expired  │  │ tries used up       │  └─ later ────► SCHEDULED
//           (gone)└─────────────────┘  └──────────► (gone)   │
//                                                            └─ unknown, lease expired ─► uncertain
//
// The store holds rows only for tasks that are alive (the three states in capitals); what became
// of the others stands in their email (EmailStatus) and in the append-only attempts. Only email
// tasks pass COMMITTING; other kinds are repeated after a crash.

#include <cstdint>
#include <string>

#include "base/id.h"
#include "base/time.h"

namespace postrider {

enum class TaskState { scheduled = 0, running = 1, committing = 2 };

enum class TaskKind {
  email = 0,  ///< send one email
  plan = 1    ///< give the next emails of a campaign their due times and tasks
};

/// What a worker gets when it claims a task. (task, attempt) is the fence: every later word about
/// it carries both, and a word with an older attempt changes nothing.
struct ClaimedTask {
  TaskId id;
  TaskKind kind = TaskKind::email;
  LaneId lane;
  CampaignId campaign;
  MailboxId mailbox;  ///< none for a plan task
  int attempt = 0;    ///< counts every claim
  int tries = 0;      ///< tries already charged to the email; a mailbox's fault charges none
  WallTime due;
  WallTime first_try;   ///< when the first charged try began; epoch if none
  std::string payload;  ///< email: see RecipientRow::payload in store/campaign_store.h
};

}  // namespace postrider
