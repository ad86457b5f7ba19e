#include "http/routes.h"

#include <boost/json.hpp>

namespace postrider {

HttpAnswer problem(int status, std::string_view code, std::string_view title, std::string_view detail) {
  boost::json::object body;
  body["type"] = "about:blank";
  body["title"] = title;
  body["status"] = status;
  body["code"] = code;
  body["detail"] = detail;
  return {.status = status,
          .content_type = "application/problem+json",
          .allow = {},
          .body = boost::json::serialize(body) + "\n"};
}

HttpAnswer answer(std::string_view method, std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  if (path != "/livez") return problem(404, "not_found", "Not Found", "There is nothing at this path.");
  if (method != "GET" && method != "HEAD") {
    auto refused = problem(405, "method_not_allowed", "Method Not Allowed", "This path answers GET only.");
    refused.allow = "GET, HEAD";
    return refused;
  }
  return {.status = 200, .content_type = "text/plain; charset=utf-8", .allow = {}, .body = "ok\n"};
}

}  // namespace postrider
