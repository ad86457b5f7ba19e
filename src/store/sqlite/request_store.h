#pragma once
// The request store on SQLite. Store room only.

#include <memory>

#include "store/request_store.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

/// Whoever opens the file is the only process on it: what is at work there was another's.
std::unique_ptr<RequestStore> make_request_store(Writer& writer);

}  // namespace postrider::sqlite
