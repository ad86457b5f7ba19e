#pragma once
// What `postrider status` says of a server that runs.

#include <optional>
#include <ostream>
#include <string>

#include "base/time.h"

namespace postrider {

struct ServerStatus {
  std::string address;  ///< "127.0.0.1:8000"
  WallTime started{};
  std::string database;
  bool mock = false;
  std::string trouble;                     ///< why nothing can be written now; empty: it can
  std::optional<WallTime> quarantined_at;  ///< restored from a backup of then: sends nothing
};

void tell_status(const ServerStatus& status, bool json, std::ostream& out);

}  // namespace postrider
