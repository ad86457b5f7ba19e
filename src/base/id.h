#pragma once
// Ids. Each noun has its own type, so a mailbox can never be handed in where a campaign is
// meant. Ids are given by the store, grow, and are never used again, also after a delete.

#include <compare>
#include <cstdint>
#include <functional>

namespace postrider {

template <class Tag>
struct Id {
  std::int64_t value = 0;  ///< 0 means "none yet".
  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return value != 0; }
};

using CampaignId = Id<struct CampaignTag>;
using RecipientId = Id<struct RecipientTag>;
using MailboxId = Id<struct MailboxTag>;
using QueueId = Id<struct QueueTag>;
using LaneId = Id<struct LaneTag>;
using TaskId = Id<struct TaskTag>;
using CrewId = Id<struct CrewTag>;

/// An email *is* one durable task and carries that task's id all its life.
using EmailId = TaskId;

}  // namespace postrider

template <class Tag>
struct std::hash<postrider::Id<Tag>> {
  std::size_t operator()(postrider::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
