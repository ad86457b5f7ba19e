#pragma once
// RpcError: how Google's services say that something is wrong (google.rpc.Status): a code, a sentence, and
// details for programs. The other side of it is an HTTP status. Pure.

#include <boost/json/array.hpp>
#include <expected>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace postrider::cloud_tasks {

enum class RpcCode {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16
};

std::string_view name_of(RpcCode code);  ///< "INVALID_ARGUMENT"
int http_status_of(RpcCode code);
/// What an attempt's HTTP status is among these codes, as Task.lastAttempt tells it.
RpcCode code_of_status(int http_status);

struct RpcError {
  RpcCode code = RpcCode::unknown;
  std::string message;
  boost::json::array details = {};  ///< each with its "@type"
};

template <class T>
using RpcResult = std::expected<T, RpcError>;

std::unexpected<RpcError> rpc_error(RpcCode code, std::string message);
std::unexpected<RpcError> invalid_argument(std::string message);
std::unexpected<RpcError> unimplemented(std::string message);
/// Of a store or an action: by its code where that is one of Google's ("NOT_FOUND"), else by its kind.
RpcError rpc_error(const Error& error);

/// google.rpc.Help: where the caller can read on.
boost::json::object help(std::string_view description, std::string_view url);
/// google.rpc.ErrorInfo, of this service.
boost::json::object error_info(std::string_view reason);

HttpAnswer to_answer(const RpcError& error);

}  // namespace postrider::cloud_tasks
