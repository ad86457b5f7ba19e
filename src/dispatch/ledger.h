#pragma once
// Ledger: between the crew's loop, which never blocks, and the store, which does. It gathers what
// the sessions wait for, applies it as one transaction with one sync, and hands the results back
// to the loop together. While one transaction is on its way to the disk the next one gathers: the
// slower the disk, the larger the group (see grouping.h). A thread in production; tests step it by hand.
//
// Every transaction also claims new tasks for the crew's free places, so the record of one email
// and the claim of the next travel together.
//
// When the store cannot write (disk full), records are kept in memory and tried again, intents are
// answered "unavailable" (so sessions hang up before their dot), and `trouble` says why. When it
// says `lost`, the process must end: see on_lost.

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "store/task_store.h"

namespace postrider {

class Ledger {
 public:
  Ledger(Loop& loop, const Clock& clock, TaskStore& store, Log& log);
  ~Ledger();

  /// `co_await ledger.ask(entry)`, on the loop: the entry's result, once it is on disk.
  class Ask {
   public:
    Ask(Ledger& ledger, Entry entry) : ledger_(ledger), entry_(std::move(entry)) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> asker) {
      asker_ = asker;
      ledger_.submit(this);
    }
    EntryResult await_resume() { return std::move(result_); }

   private:
    friend class Ledger;
    Ledger& ledger_;
    Entry entry_;
    EntryResult result_;
    std::coroutine_handle<> asker_;
  };
  Ask ask(Entry entry) { return Ask(*this, std::move(entry)); }

  /// From now on every transaction claims for this crew, as many tasks as it has places, and gives
  /// what it got to `claimed` on the loop; `plans_only` as in Claim. Call before start().
  void serve(CrewId crew, std::function<void(Claimed)> claimed, bool plans_only = false);
  /// Free places of the crew: given back by the loop, taken by claims. Any thread.
  void add_places(int n) { places_ += n; }
  /// Runs a transaction soon even if nothing was asked. Any thread.
  void poke();

  /// Called on the ledger's thread when the database is no longer to be trusted. Set before start().
  void on_lost(std::function<void(std::string)> lost) { lost_ = std::move(lost); }

  void start();
  /// Applies what it has, then ends its thread. Nothing may be asked afterwards.
  void stop();
  /// One transaction, now, on this thread, if anything was asked or poked, or is kept for another
  /// try: for tests without start(). True if there was.
  bool step_if_asked();

  /// Why nothing can be written at the moment; empty when all is well. Any thread.
  std::string trouble() const;
  bool stuck() const { return !trouble().empty(); }

 private:
  void submit(Ask* ask);
  void run();
  std::vector<Ask*> take(bool wait);
  std::size_t words_to_take() const;
  void count_emails(std::span<const Entry> entries, std::span<const EntryResult> results);
  bool apply(std::vector<Ask*>& batch);
  void answer_what_cannot_wait(std::vector<Ask*>& batch);
  void hand_back(std::vector<Ask*> done, Claimed claimed);
  void set_trouble(std::string text);

  Loop& loop_;
  const Clock& clock_;
  TaskStore& store_;
  Log& log_;
  CrewId crew_;
  bool plans_only_ = false;
  std::function<void(Claimed)> claimed_;
  std::function<void(std::string)> lost_;
  std::atomic<int> places_{0};

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<Ask*> asked_;
  BootTime first_asked_{};  // the oldest of them
  bool poked_ = false;
  bool stopping_ = false;
  std::string trouble_;
  // The ledger's thread only:
  std::vector<Ask*> kept_;      // to be applied again
  std::size_t emails_ = 0;      // claimed by us and not done
  std::size_t last_group_ = 0;  // words in the last transaction
  Micros last_took_{};          // likewise
  BootTime last_end_{};
  std::thread thread_;
};

}  // namespace postrider
