#pragma once
// Readers: a small pool of read-only connections, so that looking never waits for the writer.
// A lease is one connection inside one short read transaction: everything read through it comes
// from the same moment. Readers never checkpoint. Thread safe; store room only.

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
  };

  Lease take();

 private:
  static constexpr std::size_t kMostIdle = 4;
  void put_back(std::unique_ptr<Database> db);

  const std::string file_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

}  // namespace postrider::sqlite
