#pragma once
// CampaignStore: the nouns a user can ask about, in business verbs. One call = one transaction
// (imports: one per chunk). Every change that affects running work takes effect at once: it
// commits, then rings the crew's bell. Blocking; called from action threads, never from the loop.
// Broken surroundings are a StoreFault. Thread safe.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "campaign/campaign.h"
#include "campaign/mailbox.h"
#include "campaign/recipients.h"
#include "campaign/suppression.h"
#include "mail/attachment.h"
#include "queue/queue_settings.h"
#include "queue/task.h"
#include "store/audit_row.h"
#include "store/campaign_query.h"
#include "store/statistics.h"

namespace postrider {

/// A recipient as stored. `values` belong to Campaign::columns.
struct RecipientRow {
  std::int64_t ordinal = 0;  ///< 1, 2, 3 … in the order of the list
  std::int64_t source_row = 0;
  Address address;
  std::string name;
  std::vector<std::string> values;
};

/// A recipient as a claimed email task carries it (ClaimedTask::payload; see store/values.h).
struct EmailPayload {
  RecipientId recipient;
  std::int64_t ordinal = 0;
  std::string address;
  std::string name;
  std::vector<std::string> values;
};
EmailPayload decode_payload(std::string_view payload);

/// One email as its owner sees it: recipient, state, and the server's words. Emails that have no
/// row yet (their campaign has not planned so far) show too: pending, or skipped once cancelled.
struct EmailView {
  EmailId id;  ///< 0 while it has no row
  std::int64_t ordinal = 0;
  std::int64_t source_row = 0;
  std::string address;
  std::string name;
  std::vector<std::string> values;
  EmailStatus status = EmailStatus::pending;
  MailboxId mailbox;
  int tries = 0;
  int max_tries = 3;
  std::optional<WallTime> due, sent_at, finished_at;
  std::optional<WallTime> tried_at;  ///< end of the last attempt
  RecipientId recipient;
  std::string sent_as;     ///< domain of the From of the last attempt, if that reached its dot
  std::string message_id;  ///< of that attempt; the store leaves it empty: see actions/message_ids.h
  int code = 0;            ///< of the last reply
  std::string enhanced;
  std::string server_text;  ///< the server's own words
  std::string reason;       ///< one sentence for people
};

struct AttemptView {
  int number = 0;
  MailboxId mailbox;
  WallTime started{}, ended{};
  bool charged = false;
  std::string stage;
  int code = 0;
  std::string enhanced;
  std::string server_text;
  std::string reason;
  std::string disposition;  ///< delivered, deferred, refused, unknown
};

/// What a campaign that has not ended waits for.
struct Waiting {
  std::string what;               ///< "the window opens", "mailbox default: wrong password" …
  std::optional<WallTime> until;  ///< none: until a person acts
};

struct StopAnswer {
  std::int64_t in_flight = 0;  ///< dots already sent (or about to be): they end in their true state
  std::int64_t skipped = 0;
};

struct QueueView {
  QueueId id;
  QueueSettings settings;
  bool paused = false;
  std::optional<WallTime> purged_at;
  std::int64_t tasks = 0;
};

struct TaskView {
  TaskId id;
  TaskKind kind = TaskKind::email;
  TaskState state = TaskState::scheduled;
  CampaignId campaign;
  MailboxId mailbox;
  WallTime due{};
  int attempts = 0;
  std::string address;  ///< email tasks
  QueueId queue;
  WallTime created{};  ///< when its campaign began to send
};

struct TaskPage {
  std::vector<TaskView> tasks;
  TaskId next;  ///< the next page is behind it; 0: that was all
};

struct EmailFilter {
  std::optional<EmailStatus> status;
  std::string address;     ///< empty: any; else exactly this address's key
  std::int64_t after = 0;  ///< keyset: ordinals greater than this
  int limit = 100;
  bool newest_first = false;  ///< from the list's end; keyset: ordinals below `before` (0: from the end)
  std::int64_t before = 0;
  /// Else: addresses whose key begins with this, in their order; keyset: keys behind `after_key`.
  std::string prefix, after_key;
};

struct ImportReport {
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0, bad = 0, suppressed = 0;
};

struct SuppressAnswer {
  std::int64_t added = 0;      ///< not suppressed before, or for a weaker reason
  std::int64_t cancelled = 0;  ///< open emails that are skipped now
};

/// An email that was sent to somebody, as much of it as tells whether a report is about it.
struct SentEmail {
  EmailId id;
  CampaignId campaign;
  RecipientId recipient;
  std::string sent_as;  ///< domain of the From it was sent as; part of its Message-ID
};

/// What came of an email after its server took it: its own mail came back, or a complaint.
struct LateReport {
  EmailId email;
  bool complaint = false;  ///< else it was not delivered after all
  bool suppress = false;   ///< a bounce that means the address is dead
  bool soft = false;       ///< a bounce of what may pass: see kSoftCampaigns
  int code = 0;
  std::string enhanced;
  std::string words;   ///< the reporting server's
  std::string reason;  ///< one sentence for people
};

struct LateAnswer {
  bool changed = false;  ///< false: known already, or the email is in no state to which this could happen
  EmailStatus status = EmailStatus::pending;  ///< now
  bool suppressed = false;                    ///< by this report
  std::int64_t cancelled = 0;                 ///< open emails of the address, in all campaigns
};

struct DatabaseState {
  std::string file;
  int schema = 0;
  std::optional<WallTime> quarantined_at;  ///< restored from a backup taken then: sends nothing
  std::string trouble;                     ///< "" or why nothing can be written now
};

class CampaignStore {
 public:
  virtual ~CampaignStore() = default;

  // Mailboxes. Names are unique; a mailbox in use by an unfinished campaign cannot be removed.
  virtual Result<MailboxId> add_mailbox(const Mailbox& mailbox) = 0;
  virtual Result<void> update_mailbox(const Mailbox& mailbox) = 0;  ///< settings only
  virtual Result<void> remove_mailbox(MailboxId id) = 0;
  virtual std::vector<Mailbox> mailboxes() = 0;
  virtual Result<Mailbox> find_mailbox(std::string_view name) = 0;
  virtual Result<Mailbox> mailbox(MailboxId id) = 0;
  /// The token server has handed out another refresh token in place of this revision's. Of another revision:
  /// nothing happens, for a person has changed it meanwhile.
  virtual void keep_refresh_token(MailboxId id, std::int64_t revision, std::string_view sealed) = 0;
  virtual Result<void> resume_mailbox(MailboxId id) = 0;  ///< a person acted: clears pause or stop
  /// What the server said last about the largest message it takes; 0: it named no limit.
  virtual void note_size_limit(MailboxId id, std::int64_t limit) = 0;
  virtual std::int64_t sent_last_24h(MailboxId id, WallTime now) = 0;
  /// For one message outside any campaign: counts it against the mailbox's cap before it leaves. A
  /// conflict when the cap is used up, the mailbox is paused or stopped, or the database quarantined.
  virtual Result<void> take_slot(MailboxId id) = 0;

  // Campaigns.
  /// `files`: its attachments; null: none (a new one), or as they are (a change).
  virtual Result<CampaignId> create_campaign(const Campaign& draft,
                                             const std::vector<Attachment>* files = nullptr) = 0;
  /// Draft or scheduled only. A scheduled one starts at `start` instead, if one is given.
  virtual Result<void> update_campaign(const Campaign& merged, const std::vector<Attachment>* files = nullptr,
                                       std::optional<WallTime> start = std::nullopt) = 0;
  virtual Result<Campaign> campaign(CampaignId id) = 0;
  /// Its attachments with their bytes, in order: up to 10 MB.
  virtual std::vector<Attachment> attachments(CampaignId id) = 0;
  /// Newest first, at most `limit`, ids below `before` (0: from the newest).
  virtual std::vector<Campaign> campaigns(std::optional<CampaignStatus> status, CampaignId before,
                                          int limit) = 0;
  /// In any order, filtered, by key or offset, and how many there are.
  virtual CampaignPage find_campaigns(const CampaignQuery& query) = 0;
  virtual Result<void> delete_campaign(CampaignId id) = 0;  ///< not while sending; in bounded pieces
  virtual Waiting waiting(CampaignId id, WallTime now) = 0;

  /// Streams a list into a draft campaign, chunk by chunk, and hands every row that did not become
  /// a recipient to `rejected`. An error (unreadable source, too many rows: `limit`, 0 = none)
  /// leaves the campaign without recipients. The columns' headers and empty counts are kept.
  virtual Result<ImportReport> import(CampaignId id, RecipientSource& source, const ColumnRoles& roles,
                                      std::int64_t limit,
                                      const std::function<void(const Reject&)>& rejected) = 0;

  /// A draft's list goes, so that another may come.
  virtual Result<void> clear_list(CampaignId id) = 0;

  /// draft|scheduled → sending (or scheduled, with `at` in the future): one small transaction,
  /// whatever the size. The rest is the planner's. `required` = indices of columns that must not be
  /// empty (rows that are become `skipped`). Two starts at once: one succeeds, one is a conflict.
  /// `test` puts it into test mode; none leaves it as it is.
  virtual Result<void> start(CampaignId id, std::optional<WallTime> at,
                             const std::vector<std::size_t>& required,
                             const std::optional<TestMode>& test = std::nullopt) = 0;
  virtual Result<void> pause(CampaignId id, std::string_view why) = 0;
  virtual Result<void> resume(CampaignId id) = 0;  ///< after a purge: makes tasks for exactly those without
  virtual Result<StopAnswer> stop(CampaignId id) = 0;
  virtual Result<std::int64_t> retry(CampaignId id) = 0;  ///< the failed go out again; how many
  /// A new draft with the same settings and the recipients whose status is in `only`
  /// ("all", "unsent": neither sent nor uncertain, "failed": failed).
  virtual Result<CampaignId> duplicate(CampaignId id, std::string_view only, std::string_view name) = 0;

  // Emails.
  virtual std::vector<EmailView> emails(CampaignId id, const EmailFilter& filter) = 0;
  virtual Result<std::pair<CampaignId, EmailView>> email(EmailId id) = 0;
  virtual Result<std::vector<RecipientRow>> recipients(CampaignId id, std::int64_t after, int limit) = 0;
  /// Which of the recipients with ordinals up to `last` are suppressed now: their rows in the source.
  virtual std::vector<std::int64_t> suppressed_rows(CampaignId id, std::int64_t last) = 0;
  virtual std::vector<AttemptView> attempts(EmailId id) = 0;
  /// Newest first; keyset by id.
  virtual std::vector<std::pair<CampaignId, EmailView>> uncertain(EmailId before, int limit) = 0;
  /// A person decides: sent, failed, or resend (one more attempt, same Message-ID).
  enum class Resolution { sent, failed, resend };
  virtual Result<void> resolve_uncertain(EmailId id, Resolution resolution, std::string_view by) = 0;

  /// Those of all campaigns that are not in test mode, newest campaign first, at most 10,000: what a report
  /// about this address could mean.
  virtual std::vector<SentEmail> emails_to(std::string_view address_key) = 0;
  /// One transaction. A bounce: sent or uncertain → bounced, with an attempt's row that holds the words; a
  /// dead address is suppressed, a soft failure counted. A complaint: the address is suppressed. Suppressing
  /// skips the address's open emails. Again: changes nothing.
  virtual Result<LateAnswer> report_late(const LateReport& report) = 0;

  // Queues.
  virtual Result<QueueId> create_queue(const QueueSettings& settings) = 0;
  virtual Result<void> update_queue(const QueueSettings& settings) = 0;  ///< found by name
  virtual std::vector<QueueView> queues() = 0;
  virtual Result<QueueView> find_queue(std::string_view name) = 0;
  virtual Result<void> pause_queue(QueueId id) = 0;
  virtual Result<void> resume_queue(QueueId id) = 0;
  /// Removes all its waiting tasks and pauses the campaigns they belonged to, saying so in `why`.
  virtual Result<std::int64_t> purge_queue(QueueId id, std::string_view local_time) = 0;
  virtual std::vector<TaskView> tasks(QueueId id, TaskId after, int limit) = 0;
  /// A conflict while any campaign, finished or not, has its emails there.
  virtual Result<void> delete_queue(QueueId id) = 0;

  // Tasks of emails. They are alive: their email waits or is under way.
  /// By id. Looks at a bounded number of tasks, whosesoever they are: a page may be short while more follow.
  virtual TaskPage email_tasks(QueueId id, TaskId after, int limit) = 0;
  virtual Result<TaskView> email_task(EmailId id) = 0;
  /// Its waiting task is due now. All other rules stay: what is paused or closed waits on.
  virtual Result<void> hasten_email(EmailId id) = 0;
  /// A person does not want it sent. A conflict when it is over, or while an attempt is under way.
  virtual Result<CampaignId> skip_email(EmailId id, std::string_view reason) = 0;

  // Suppressions.
  /// One transaction: they are suppressed, and of each address the open emails of all campaigns are
  /// skipped, unless they are past their gate: those end in their true state. The emails of a domain, and
  /// those not planned yet, are skipped when their turn comes. The first reason stays, but what a recipient
  /// decided (unsubscribed, complained) goes before what we found out. Adding twice is fine. Costs a look-up
  /// for each address and unfinished campaign, whatever the lists' size.
  virtual Result<SuppressAnswer> suppress(std::span<const Suppression> suppressions) = 0;
  Result<SuppressAnswer> suppress(const Suppression& one) { return suppress(std::span{&one, 1}); }
  virtual Result<void> unsuppress(std::string_view key) = 0;
  virtual std::vector<Suppression> suppressions(std::string_view after_key, int limit) = 0;
  virtual std::optional<Suppression> find_suppression(const Address& address) = 0;  ///< address, then domain

  // Statistics, kept while emails end: no question counts emails.
  /// What ended in [from, to), of one campaign or of all, in order; units without any email are left out.
  /// `from` counts from the start of its unit on. At most kLongestSeries.
  virtual Result<std::vector<SeriesPoint>> series(std::optional<CampaignId> campaign, WallTime from,
                                                  WallTime to, SeriesUnit unit) = 0;
  virtual Totals totals() = 0;

  // The database itself.
  virtual DatabaseState state() = 0;
  virtual std::optional<std::string> meta(std::string_view key) = 0;
  virtual void set_meta(std::string_view key, std::string_view value) = 0;
  virtual void audit(std::string_view who, std::string_view what) = 0;
  virtual std::vector<AuditRow> audit_log(const AuditFilter& filter) = 0;  ///< newest first
  /// A consistent copy while running; the copy carries the quarantine mark.
  virtual Result<void> backup(const std::string& file) = 0;
  /// Ends the quarantine: every email that could have gone out since the backup is uncertain.
  virtual Result<std::int64_t> resume_restored() = 0;
  /// Reads the file's pages, `patience` long at most: "" if they are sound, else what is damaged; nothing
  /// when the time did not suffice.
  virtual std::optional<std::string> quick_check(Micros patience) = 0;
};

}  // namespace postrider
