#include "store/sqlite/readers.h"

#include "store/task_store.h"

namespace postrider::sqlite {

Readers::Lease::Lease(Readers& pool, std::unique_ptr<Database> db)
    : pool_(pool), db_(std::move(db)), steps_before_(db_->steps()) {
  Statement(*db_, "BEGIN").finish();
}

Readers::Lease::~Lease() {
  pool_.steps_ += db_->steps() - steps_before_;
  // Nothing was written, so the end cannot fail in a way that matters; a connection that still
  // refuses to end is not used again.
  try {
    Statement(*db_, "COMMIT").finish();
    pool_.put_back(std::move(db_));
  } catch (const StoreFault&) {
  }
}

Readers::Lease Readers::take() {
  std::unique_ptr<Database> db;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      db = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!db) {
    db = std::make_unique<Database>(file_, Database::Mode::reader);
    db->execute("PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096");
  }
  return Lease(*this, std::move(db));
}

void Readers::put_back(std::unique_ptr<Database> db) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(db));
}

}  // namespace postrider::sqlite
