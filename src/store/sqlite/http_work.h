#pragma once
// What every verb on HTTP tasks works with, for one transaction. Store room only.

#include "store/sqlite/hot_http_queues.h"
#include "store/sqlite/http_names.h"

namespace postrider::sqlite {

struct HttpWork {
  Database& db;
  HotHttpQueues& queues;
  HttpAttempts& attempts;
  HttpNames& names;
  const HttpIds& ids;
  const HttpTaskLimits& limits;
  WallTime now;
};

}  // namespace postrider::sqlite
