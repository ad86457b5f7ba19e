#pragma once
// google.cloud.tasks.v2.Queue: read, merged into a queue as a field mask says, and written. Pure.

#include <boost/json/object.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "http/cloud_tasks/message_reader.h"
#include "queue/http_task.h"

namespace postrider::cloud_tasks {

/// What a caller gave of a queue. Output-only fields are read over.
struct QueueMessage {
  std::string name;
  std::optional<double> max_dispatches_per_second, sampling_ratio;
  std::optional<int> max_concurrent_dispatches, max_attempts, max_doublings;
  std::optional<Micros> max_retry_duration, min_backoff, max_backoff;
  /// What we cannot do; empty: nothing of that.
  std::string unimplemented;
};

/// Reads all of its fields and finishes `from`.
QueueMessage read_queue(MessageReader& from);

/// The paths of a google.protobuf.FieldMask in camelCase; none or "*": every field.
using FieldMask = std::set<std::string, std::less<>>;
/// "rate_limits.max_burst_size,retryConfig": either spelling. An error for a path that is no field of a
/// queue.
RpcResult<FieldMask> read_mask(std::string_view text);

/// Sets the fields that the mask names; one that `message` does not have becomes as in `defaults`. So does a
/// zero where that means "the default".
void merge(const QueueMessage& message, const FieldMask& mask, const HttpQueue& defaults, HttpQueue& queue);

/// Zeros are left out, and the rate with its burst where there is no limit.
boost::json::object to_json(const HttpQueue& queue, bool enums_as_numbers);

}  // namespace postrider::cloud_tasks
