#pragma once
// A store verb from the caller's side: it is sent to the server that runs on the database, or done
// here, under the database's lock, when none runs.

#include "app/program.h"
#include "base/time.h"

namespace postrider {

/// How long a verb waits for a server that starts, or for another verb to finish.
inline constexpr Micros kVerbPatience = std::chrono::seconds{10};

Result<int> call_store_verb(const Program& program, const std::vector<std::string>& argv);

}  // namespace postrider
