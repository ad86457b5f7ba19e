#pragma once
// The rows that every attempt looks at (campaign rules, mailbox, queue), read at most once per
// transaction and written back once at its end. That is what keeps the cost of an email flat:
// ten emails in a group commit share one read and one write of each. Store room only.

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "base/id.h"
#include "campaign/campaign.h"
#include "queue/queue_settings.h"
#include "store/sqlite/sent_blocks.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

struct HotCampaign {
  CampaignId id;
  CampaignStatus status = CampaignStatus::draft;
  QueueId queue;
  Pace pace;
  std::optional<Window> window;
  std::uint64_t seed = 0;
  std::optional<int> max_tries;   ///< none: the queue's
  std::optional<Micros> max_age;  ///< none: the queue's
  OnUncertain on_uncertain = OnUncertain::hold;
  int brake_refusals = 0, brake_percent = 0;
  std::int64_t total = 0, plan_cursor = 0;
  std::optional<std::int64_t> repair_cursor;
  bool purged = false;  ///< its waiting tasks were taken away, and it has not been resumed since
  std::optional<std::string> tester_key;  ///< in test mode: where its emails go; empty: the catch log
};

struct HotBrake {
  std::string recent;  ///< see the schema
  bool changed = false;
};

struct HotMailbox {
  MailboxId id;
  int status = 0;
  std::int64_t paused_until = 0;
  int faults_in_a_row = 0;
  WallTime next_slot{};
  int cap_24h = 0, per_minute = 0, sessions = 1;
  std::string domain;  ///< of its From
};

struct HotQueue {
  QueueId id;
  bool paused = false;
  QueueSettings settings;  ///< without its name
  double tokens = 0;
  WallTime refilled{};
};

struct HotLane {
  LaneId id;
  QueueId queue;
  CampaignId campaign;
  MailboxId mailbox;
  std::int64_t waiting = 0;  ///< as in the row; changes are gathered below
  std::int64_t waiting_change = 0, running_change = 0;
  std::int64_t served = 0;  ///< last claim
};

/// Lives for one transaction.
class HotRows {
 public:
  class Readers;  // the prepared statements; they outlive the transactions
  static std::shared_ptr<Readers> prepare(Database& db);

  HotRows(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

  /// When what is counted ended. The transaction's moment, set before anything is counted.
  WallTime now{};

  HotCampaign& campaign(CampaignId id);
  HotBrake& brake(CampaignId id);
  HotMailbox& mailbox(MailboxId id);
  HotQueue& queue(QueueId id);
  HotLane& lane(LaneId id);

  /// Remembers that `n` emails of the campaign entered `status`.
  void count(CampaignId campaign, EmailStatus status, std::int64_t n) {
    counted_[campaign][static_cast<std::size_t>(status)] += n;
  }
  /// Remembers that this email of the campaign is sent (see sent_blocks.h).
  void mark_sent(CampaignId campaign, std::int64_t ordinal) {
    sent_[{campaign.value, SentBlock::of(ordinal)}] |= SentBlock::bit(ordinal);
  }
  /// The lanes of this mailbox or campaign get a new wake time at the end.
  void touch(LaneId lane) { touched_.insert(lane.value); }
  void touch(MailboxId mailbox) { touched_mailboxes_.insert(mailbox.value); }
  void touch(CampaignId campaign) { touched_campaigns_.insert(campaign.value); }

  /// Writes everything gathered, settles campaigns that may have ended, refreshes touched lanes.
  /// May be called again for what was gathered since.
  void write_back();

  /// For a claim in the midst of the transaction: writes everything gathered but the wake times, and says
  /// what those of the touched lanes are. In full flow a lane is woken by the places that became free and
  /// sleeps again when the claim took them: so nothing need be written.
  std::map<std::int64_t, std::optional<std::int64_t>> wakes_of_touched();

  /// Writes everything gathered but the wake times.
  void write_changes();

 private:
  Writer& writer_;
  Readers& readers_;
  std::unordered_map<CampaignId, HotCampaign> campaigns_;
  std::unordered_map<CampaignId, HotBrake> brakes_;
  std::unordered_map<MailboxId, HotMailbox> mailboxes_;
  std::unordered_map<QueueId, HotQueue> queues_;
  std::unordered_map<LaneId, HotLane> lanes_;
  std::unordered_map<CampaignId, std::array<std::int64_t, 6>> counted_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> sent_;  // (campaign, block) → bits
  std::set<std::int64_t> touched_, touched_mailboxes_, touched_campaigns_;
};

}  // namespace postrider::sqlite
