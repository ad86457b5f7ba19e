#pragma once
// Campaign: one message sent to a list on a schedule. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "campaign/content.h"
#include "campaign/saved_template.h"
#include "campaign/schedule.h"
#include "campaign/status.h"

namespace postrider {

/// A column of the list, and what the import learnt about it.
struct Column {
  std::string header;                    ///< as in the list
  std::int64_t empty = 0;                ///< accepted recipients with nothing in it
  std::vector<std::int64_t> empty_rows;  ///< up to 5 of their rows in the source, as samples
};

/// What its owner filled in that has no effect now: settings that are switched off, kept for when they
/// are switched on; the sheet to read the list from; the start a draft is meant to have.
struct CampaignForm {
  Pace pace{std::chrono::minutes{4}, std::chrono::minutes{7}};
  Window window;
  std::string sheet_id;
  std::string sheet_range = "A:Z";
  std::optional<WallTime> start_at;
};

struct Campaign {
  CampaignId id;
  std::string name;  ///< 1..255 characters
  std::string description;
  std::string subject;  ///< template, 1..500 characters
  std::string message;  ///< template
  Content content;
  std::optional<TemplateUse> from_template;  ///< what it was filled from, if anything
  CampaignStatus status = CampaignStatus::draft;
  QueueId queue;
  std::vector<MailboxId> mailboxes;  ///< one or more, in the order given
  Pace pace;
  std::optional<Window> window;
  std::uint64_t seed = 0;
  std::optional<int> max_tries;   ///< 1..10; none: its queue's (see retry_rules in queue/verdict.h)
  std::optional<Micros> max_age;  ///< retrying ends this long after the first try; none: its queue's
  OnUncertain on_uncertain = OnUncertain::hold;
  bool skip_unresolved = false;
  int brake_refusals = 10;  ///< pause at this many hard refusals …
  int brake_percent = 5;    ///< … and this share of the last 200 finished; 0 and 0: no brake

  CampaignForm form;
  std::vector<Column> columns;  ///< of the list; email and name columns included
  std::string source;           ///< where the list came from, for people: "leads.csv"
  std::int64_t bad_rows = 0, duplicate_rows = 0, suppressed_rows = 0;  ///< of the list, left out at import
  std::optional<TestMode> test;                                        ///< set at its start; never unset
  std::optional<WallTime> scheduled_at, started_at, completed_at;
  WallTime created{}, updated{};
  std::string why;  ///< of a pause or failure, for people: "queue purged 14:02, 312 emails without a task"
  Counts counts;
};

}  // namespace postrider
