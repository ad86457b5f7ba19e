#pragma once
// Readers: a small pool of read-only connections, so that looking never waits for the writer.
// A lease is one connection inside one short read transaction: everything read through it comes
// from the same moment. Readers never checkpoint. Thread safe; store room only.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite/database.h"

namespace postrider::sqlite {

class Readers {
 public:
  explicit Readers(std::string file) : file_(std::move(file)) {}

  class Lease {
   public:
    Lease(Readers& pool, std::unique_ptr<Database> db);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Database& operator*() { return *db_; }

   private:
    Readers& pool_;
    std::unique_ptr<Database> db_;
    std::int64_t steps_before_;
  };

  Lease take();

  /// Of all leases that have ended (see Database::steps).
  std::int64_t steps() const { return steps_; }

 private:
  static constexpr std::size_t kMostIdle = 8;
  void put_back(std::unique_ptr<Database> db);

  const std::string file_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
  std::atomic<std::int64_t> steps_ = 0;
};

}  // namespace postrider::sqlite
