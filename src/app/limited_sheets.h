#pragma once
// LimitedSheets: Google Sheets for those who ask over HTTP. A slow answer of Google's holds the thread that
// waits for it; so only a few may wait at a time, and whoever comes then is told to come again, rather than
// that everybody waits. Thread safe.

#include <semaphore>

#include "campaign/sheets.h"

namespace postrider {

class LimitedSheets final : public Sheets {
 public:
  static constexpr int kAtATime = 3;

  explicit LimitedSheets(Sheets& sheets) : sheets_(sheets) {}

  Result<SheetOutline> outline(const std::string& id) override {
    return in_turn([&] { return sheets_.outline(id); });
  }
  Result<std::unique_ptr<SheetRows>> read(const std::string& id, const SheetRange& range) override {
    return in_turn([&] { return sheets_.read(id, range); });
  }
  Result<std::vector<std::vector<std::vector<std::string>>>> read_columns(
      const std::string& id, const std::vector<SheetRange>& ranges) override {
    return in_turn([&] { return sheets_.read_columns(id, ranges); });
  }
  Result<std::int64_t> anchor(const std::string& id, std::int64_t tab, std::int64_t column) override {
    return in_turn([&] { return sheets_.anchor(id, tab, column); });
  }
  Result<std::int64_t> anchored(const std::string& id, std::int64_t anchor) override {
    return in_turn([&] { return sheets_.anchored(id, anchor); });
  }
  Result<void> write(const std::string& id, std::int64_t anchor,
                     const std::vector<CellWrite>& writes) override {
    return in_turn([&] { return sheets_.write(id, anchor, writes); });
  }
  Result<void> widen(const std::string& id, std::int64_t tab, std::int64_t columns) override {
    return in_turn([&] { return sheets_.widen(id, tab, columns); });
  }
  std::string account() override { return sheets_.account(); }

 private:
  template <class Ask>
  std::invoke_result_t<Ask> in_turn(Ask ask) {
    if (!turns_.try_acquire_for(std::chrono::seconds{2})) {
      return unavailable(
          "sheet_unavailable",
          "Google Sheets are slow now, and others wait for them already. Try again in a minute.");
    }
    struct Turn {
      std::counting_semaphore<kAtATime>& turns;
      ~Turn() { turns.release(); }
    } turn{turns_};
    return ask();
  }

  Sheets& sheets_;
  std::counting_semaphore<kAtATime> turns_{kAtATime};
};

}  // namespace postrider
