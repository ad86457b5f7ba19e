#pragma once
// One import: the rows of a list become a draft campaign's recipients, chunk by chunk. Parsing and
// looking for duplicates happen outside the writer's mutex, inserting inside it; memory holds one
// chunk, whatever the size of the list. Used by one thread; store room only.
//
//   add row … add row ─► judge_chunk (reads) ─► insert_chunk (a transaction) ─► finish_chunk
//   … and once at the end: write_keys (transactions) until it says false

#include <functional>
#include <string>
#include <vector>

#include "campaign/recipients.h"
#include "store/campaign_store.h"
#include "store/sqlite/address_keys.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

class Import {
 public:
  /// `headers` are the list's; virtual columns "name" and "email" are added unless the list has
  /// them, so that {{name}} and {{email}} always work.
  Import(CampaignId campaign, const std::vector<std::string>& headers, const ColumnRoles& roles);

  /// Parses one row into the chunk.
  void add(SourceRow row);
  bool chunk_is_full() const { return chunk_.size() >= kRows || bytes_ >= kBytes; }

  /// Decides which rows become recipients. A suppression that comes later than this read is not
  /// lost: planner and gate look again.
  void judge_chunk(Database& reader);
  /// Inside a transaction.
  void insert_chunk(Database& db);
  /// After its commit: reports the rejects, takes over the counts, empties the chunk.
  void finish_chunk(const std::function<void(const Reject&)>& rejected);

  bool write_keys(Database& db) { return keys_.write_piece(db, campaign_); }
  const ImportReport& report() const { return report_; }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  static constexpr std::size_t kRows = 5'000;
  static constexpr std::size_t kBytes = 4 << 20;

  enum class Fate { accepted, bad, duplicate, suppressed };
  struct Row {
    std::int64_t source_row = 0;
    std::string given;  ///< the address cell as it stood
    std::string address, key, name;
    std::vector<std::string> values;
    Fate fate = Fate::accepted;
    std::string reason;
    std::int64_t ordinal = 0;
  };

  const CampaignId campaign_;
  const ColumnRoles roles_;
  const std::size_t headers_;
  bool adds_name_ = false, adds_email_ = false;
  std::vector<Column> columns_;
  AddressKeys keys_;
  std::vector<Row> chunk_;
  std::size_t bytes_ = 0;
  std::int64_t last_ordinal_ = 0;
  ImportReport report_;
};

}  // namespace postrider::sqlite
