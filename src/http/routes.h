#pragma once
// Routes: which request is answered with what. Closed by default: a path that is not listed here
// does not exist. In this version there is one, GET /livez, which says no more than that the
// process runs its loop; it tells nothing about mail, database or version. Pure.

#include <string>
#include <string_view>

namespace postrider {

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string allow;  ///< the Allow header of a 405
  std::string body;
};

/// `target` as in the request line: path, perhaps with a query.
HttpAnswer answer(std::string_view method, std::string_view target);

/// An error in the one format all routes use (RFC 9457, application/problem+json).
HttpAnswer problem(int status, std::string_view code, std::string_view title, std::string_view detail);

}  // namespace postrider
