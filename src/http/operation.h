#pragma once
// Operation: one route of the API in one place: path, who may call it, what it takes, what it answers,
// the shell command that does the same, and the function that does it. The router, the OpenAPI document,
// the checks of parameters and bodies, and the tests all read this table, so none of them can drift.

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actions/context.h"
#include "http/access.h"
#include "http/message.h"
#include "http/schema.h"

namespace postrider {

class ApiWorld;

struct Parameter {
  std::string name;
  Schema schema;
  std::string about;
};

struct Response {
  int status = 200;
  std::string about;
  Schema schema = {};  ///< of JSON; empty: no JSON
  std::string content_type = "application/json";
};

/// One call of an operation that was let in, with everything judged already.
struct Call {
  ApiWorld& world;
  ActionContext& actions;
  const Caller& caller;
  const HttpHead& head;
  boost::json::object path;   ///< its parameters
  boost::json::object query;  ///< those given, and those with a default
  boost::json::value body;    ///< JSON; null: none
  HttpBody raw;               ///< of other content types

  std::int64_t id(std::string_view name = "id") const { return path.at(name).as_int64(); }
  std::string text(std::string_view name) const { return std::string(path.at(name).as_string()); }
  const boost::json::object& fields() const { return body.as_object(); }
  std::optional<std::string> asked(std::string_view name) const;    ///< a query parameter that is text
  std::optional<std::int64_t> number(std::string_view name) const;  ///< … a whole number
  bool yes(std::string_view name) const;                            ///< … true
};

struct Operation {
  std::string method;
  std::string path;  ///< "/api/campaigns/{id}": {id} and {…_id} are whole numbers, others text
  std::string id;    ///< operationId: "getCampaign"
  std::string tag;
  Access access;
  std::string summary;
  std::string cli;  ///< "postrider campaign show {id} --json"; empty: says why in `no_cli`
  std::string no_cli = {};
  std::vector<Parameter> query = {};
  Schema body = {};  ///< of a JSON body; empty: takes none, or `body_type`
  bool body_optional = false;
  std::string body_type = {};  ///< of a body that is not JSON: "text/csv"
  BodyLimit limit = {1 << 20, false};
  std::vector<Response> answers;
  int conflict = 409;  ///< the status of what the state does not allow
  bool keyed = false;  ///< takes an Idempotency-Key
  bool paged = false;  ///< its answers carry Link and X-Total-Count
  /// Does not count against API_RATE_LIMIT: what watches over the server, and what people who got mail do.
  bool unmetered = false;
  std::function<HttpAnswer(Call&)> handle;
};

using Operations = std::vector<Operation>;

Schema problem_schema();

HttpAnswer json_answer(const boost::json::value& value, int status = 200);
/// The origin's SuccessResponse: {message, data, timestamp}.
HttpAnswer success(const Call& call, std::string_view message, boost::json::value data);
Schema success_schema(std::string_view name, const Schema& data);

}  // namespace postrider
