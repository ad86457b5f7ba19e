#include "http/cloud_tasks/rpc_status.h"

#include <array>
#include <boost/json.hpp>
#include <optional>

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

struct Row {
  std::string_view name;
  int http_status;
};

/// In the order of RpcCode.
constexpr std::array<Row, 17> kCodes = {{{"OK", 200},
                                         {"CANCELLED", 499},
                                         {"UNKNOWN", 500},
                                         {"INVALID_ARGUMENT", 400},
                                         {"DEADLINE_EXCEEDED", 504},
                                         {"NOT_FOUND", 404},
                                         {"ALREADY_EXISTS", 409},
                                         {"PERMISSION_DENIED", 403},
                                         {"RESOURCE_EXHAUSTED", 429},
                                         {"FAILED_PRECONDITION", 400},
                                         {"ABORTED", 409},
                                         {"OUT_OF_RANGE", 400},
                                         {"UNIMPLEMENTED", 501},
                                         {"INTERNAL", 500},
                                         {"UNAVAILABLE", 503},
                                         {"DATA_LOSS", 500},
                                         {"UNAUTHENTICATED", 401}}};

std::optional<RpcCode> code_named(std::string_view name) {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (kCodes[i].name == name) return static_cast<RpcCode>(i);
  }
  return std::nullopt;
}

RpcCode code_of_kind(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::invalid:
      return RpcCode::invalid_argument;
    case Error::Kind::not_found:
      return RpcCode::not_found;
    case Error::Kind::conflict:
      return RpcCode::failed_precondition;
    case Error::Kind::unavailable:
      return RpcCode::unavailable;
  }
  return RpcCode::unknown;
}

}  // namespace

std::string_view name_of(RpcCode code) {
  return kCodes[static_cast<std::size_t>(code)].name;
}

int http_status_of(RpcCode code) {
  return kCodes[static_cast<std::size_t>(code)].http_status;
}

RpcCode code_of_status(int http_status) {
  switch (http_status) {
    case 400:
      return RpcCode::invalid_argument;
    case 401:
      return RpcCode::unauthenticated;
    case 403:
      return RpcCode::permission_denied;
    case 404:
      return RpcCode::not_found;
    case 409:
      return RpcCode::aborted;
    case 416:
      return RpcCode::out_of_range;
    case 429:
      return RpcCode::resource_exhausted;
    case 499:
      return RpcCode::cancelled;
    case 501:
      return RpcCode::unimplemented;
    case 503:
      return RpcCode::unavailable;
    case 504:
      return RpcCode::deadline_exceeded;
    default:
      break;
  }
  if (http_status >= 200 && http_status <= 299) return RpcCode::ok;
  if (http_status >= 400 && http_status <= 499) return RpcCode::failed_precondition;
  if (http_status >= 500 && http_status <= 599) return RpcCode::internal;
  return RpcCode::unknown;
}

std::unexpected<RpcError> rpc_error(RpcCode code, std::string message) {
  return std::unexpected(RpcError{code, std::move(message)});
}

std::unexpected<RpcError> invalid_argument(std::string message) {
  return rpc_error(RpcCode::invalid_argument, std::move(message));
}

std::unexpected<RpcError> unimplemented(std::string message) {
  return rpc_error(RpcCode::unimplemented, std::move(message));
}

RpcError rpc_error(const Error& error) {
  return {code_named(error.code).value_or(code_of_kind(error.kind)), error.message};
}

json::object help(std::string_view description, std::string_view url) {
  return {{"@type", "type.googleapis.com/google.rpc.Help"},
          {"links", json::array{json::object{{"description", description}, {"url", url}}}}};
}

json::object error_info(std::string_view reason) {
  return {{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
          {"reason", reason},
          {"domain", "googleapis.com"},
          {"metadata", json::object{{"service", "cloudtasks.googleapis.com"}}}};
}

HttpAnswer to_answer(const RpcError& error) {
  const int status = http_status_of(error.code);
  json::object body{{"code", status}, {"message", error.message}, {"status", name_of(error.code)}};
  if (!error.details.empty()) body["details"] = error.details;
  return {.status = status,
          .content_type = "application/json; charset=UTF-8",
          .body = json::serialize(json::object{{"error", std::move(body)}})};
}

}  // namespace postrider::cloud_tasks
