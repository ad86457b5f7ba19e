#pragma once
// Writing back: what became of each email, in the sheet its address came from. A round reads the sheet's
// addresses and statuses, compares them with the database, and writes what differs, by one request. It keeps
// no list of what was written: the sheet itself says it. So a round can be repeated, lost, or meet a sheet
// that was sorted, filled or cut meanwhile, and the next one mends what that made wrong.
// Decision: docs/decisions/0022-the-sheet-says-what-was-written.md.

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "actions/context.h"
#include "campaign/sheet_source.h"
#include "store/sheet_store.h"

namespace postrider {

/// How often there is a round at most, however fast mail goes: 15 times a minute, since all sheets share one
/// quota (60 reads and 60 writes a minute and user; a round makes three or four reads and at most one write).
inline constexpr Micros kBetweenRounds = std::chrono::seconds{4};

/// What a cell says about an email; empty: nothing has come of it yet.
std::string status_text(const EmailView& email);

/// True for a text that only we write: "Sent 2026-11-29 09:00:00 UTC", "Failed: …" and so on.
bool is_status_text(std::string_view text);

/// All calls by one thread.
class WriteBack {
 public:
  /// Looks at what is due and does a round for the first, if it is time for one.
  void look(ActionContext& context);

 private:
  /// What a round leaves for the next one on the same sheet; lost without harm but for strangers' cells.
  struct Memory {
    std::set<std::string> written;  ///< since a round last found nothing to write
    /// What stood beside addresses that are not ours.
    std::unordered_map<std::string, std::string> strangers;
    HeaderPlace columns{.row = 1, .email = 1, .status = 1};  ///< where they were
  };
  struct Tab;
  struct Wanted;
  void round(ActionContext& context, const SheetLink& link);
  Result<Tab> read(ActionContext& context, const SheetLink& link);
  Result<void> write(ActionContext& context, const SheetLink& link, const Tab& tab,
                     const std::vector<CellWrite>& cells);
  std::optional<HeaderPlace> find_lost_header(const std::vector<std::vector<std::string>>& rows,
                                              const SheetLink& link);
  Wanted wanted(ActionContext& context, const SheetLink& link) const;
  std::map<std::int64_t, std::string> differences(const Tab& tab, const Wanted& wanted, Memory& memory) const;
  void note_failure(ActionContext& context, const SheetLink& link, const Error& error);

  std::map<CampaignId, Memory> memories_;
  BootTime next_round_{};
};

}  // namespace postrider
