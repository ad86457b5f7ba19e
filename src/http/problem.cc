#include "http/problem.h"

#include <boost/json.hpp>

namespace postrider {

namespace {

HttpAnswer document(int status, std::string_view code, std::string_view detail, boost::json::array errors) {
  boost::json::object body{{"type", "about:blank"},
                           {"title", reason_of(status)},
                           {"status", status},
                           {"code", code},
                           {"detail", detail}};
  if (!errors.empty()) body["errors"] = std::move(errors);
  HttpAnswer answer{.status = status, .content_type = "application/problem+json"};
  answer.body = boost::json::serialize(body) + "\n";
  return answer;
}

}  // namespace

std::string_view reason_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Error";
  }
}

HttpAnswer problem(int status, std::string_view code, std::string_view detail) {
  return document(status, code, detail, {});
}

HttpAnswer problem(int status, std::string_view code, const std::vector<FieldError>& errors) {
  boost::json::array list;
  std::string detail;
  for (const auto& error : errors) {
    list.push_back({{"field", error.field}, {"code", error.code}, {"message", error.message}});
    detail += (detail.empty() ? "" : " ") + error.message;
  }
  return document(status, code, detail, std::move(list));
}

HttpAnswer problem(const Error& error, int conflict) {
  switch (error.kind) {
    case Error::Kind::invalid:
      return problem(422, error.code, error.message);
    case Error::Kind::not_found:
      return problem(404, error.code, error.message);
    case Error::Kind::conflict:
      return problem(conflict, error.code, error.message);
    case Error::Kind::unavailable:
      return problem(503, error.code, error.message);
  }
  return problem(500, "internal", "Something went wrong.");
}

}  // namespace postrider
