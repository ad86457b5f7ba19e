#pragma once
// The headers of an HTTP task as Cloud Tasks keeps them. Pure.

#include <string>
#include <utility>
#include <vector>

#include "http/cloud_tasks/rpc_status.h"

namespace postrider::cloud_tasks {

using TaskHeaders = std::vector<std::pair<std::string, std::string>>;

/// In their spelling, without those that the service sets itself, of two that differ in case only the later
/// one, and with our User-Agent. An error for what is no header.
RpcResult<TaskHeaders> kept_headers(const TaskHeaders& given);

}  // namespace postrider::cloud_tasks
