#pragma once
// transact: one transaction of the writer, as both the nouns and the accounts use it. Store room only.

#include <mutex>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "store/sqlite/writer.h"
#include "store/task_store.h"

namespace postrider::sqlite {

/// `work(Database&)` inside one transaction, committed when it returns a value (a Result: when it holds
/// one). A fault is remembered as the writer's trouble.
template <class Work>
auto transact(Writer& writer, Work&& work) -> std::invoke_result_t<Work, Database&> {
  const std::lock_guard lock(writer.mutex);
  try {
    Transaction transaction(writer.db);
    auto result = work(writer.db);
    if constexpr (requires { result.error(); }) {
      if (!result.has_value()) return result;
    }
    transaction.commit();
    writer.trouble.clear();
    return result;
  } catch (const StoreFault& fault) {
    writer.trouble = fault.what();
    throw;
  }
}

}  // namespace postrider::sqlite
