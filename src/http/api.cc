#include "http/api.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "actions/sign_in.h"
#include "base/text.h"
#include "base/token.h"
#include "http/api_turn.h"
#include "http/rate_limit.h"
#include "http/recognise.h"
#include "http/route_table.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostParameters = 50;

/// Path and query of a request, decoded.
struct Target {
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;
};

std::optional<Target> read_target(std::string_view text) {
  const auto url = boost::urls::parse_origin_form(text);
  if (!url) return std::nullopt;
  Target target;
  for (const auto segment : url->segments()) target.segments.emplace_back(segment.begin(), segment.end());
  if (!target.segments.empty() && target.segments.back().empty())
    target.segments.pop_back();  // trailing slash
  for (const auto parameter : url->params()) {
    if (target.query.size() >= kMostParameters) return std::nullopt;
    target.query.emplace_back(parameter.key, parameter.value);
  }
  return target;
}

bool changes_something(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

/// A browser sends a page's cookies along whoever wrote the page. It also says truthfully where the page
/// came from, and that must be us, or who is named in CORS_ORIGINS.
bool from_our_page(const HttpHead& head, const Origins& others) {
  const auto origin = head.header("Origin");
  if (head.count("Origin") == 1 && others.lists(origin)) return true;
  const auto site = head.header("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  if (origin.empty()) return !site.empty();
  const auto host = head.header("Host");
  const auto ours = [&](std::string_view scheme) {
    return (head.scheme.empty() || head.scheme == scheme) && origin == fmt::format("{}://{}", scheme, host);
  };
  return ours("https") || ours("http");
}

Schema path_schema(std::string_view name) {
  const bool number = name == "id" || name.ends_with("_id") || name == "number";
  if (name == "token") return postrider::text(1, 1'000);
  return number && name != "sheet_id" ? whole(1, INT64_MAX) : postrider::text(1, 320);
}

HttpAnswer unauthorized(std::string_view why) {
  auto answer = problem(401, "unauthorized", why);
  answer.set("WWW-Authenticate", "Bearer realm=\"postrider\"");
  return answer;
}

/// Whether its Idempotency-Key, if there is one, can be kept.
bool is_key(const HttpHead& head) {
  const auto key = head.header("Idempotency-Key");
  const int count = head.count("Idempotency-Key");
  const auto visible = [](char c) { return c > ' ' && c < 127; };
  return count == 0 || (count == 1 && !key.empty() && key.size() <= 255 && std::ranges::all_of(key, visible));
}

std::string media_type(const HttpHead& head) {
  const auto given = head.header("Content-Type");
  return lower_ascii(trim(given.substr(0, given.find(';'))));
}

class Api : public HttpHandler {
 public:
  Api(ApiWorld& world, Operations operations)
      : world_(world), operations_(std::move(operations)), routes_(operations_) {}

  std::variant<HttpAnswer, std::unique_ptr<HttpTurn>> admit(HttpHead head) override {
    RequestRecord record(world_, head);
    world_.rules().proxies.name_caller(head);
    for (auto& [name, value] : world_.rules().origins.headers(head)) record.carries(name, value);
    auto admission = judge(std::move(head), record);
    if (auto* answer = std::get_if<HttpAnswer>(&admission)) record.end(*answer);
    return admission;
  }

 private:
  using Admission = std::variant<HttpAnswer, std::unique_ptr<HttpTurn>>;

  Admission judge(HttpHead head, RequestRecord& record) {
    try {
      return judge_head(std::move(head), record);
    } catch (const std::exception& fault) {
      world_.log().write(LogLevel::error, "http_fault",
                         {{"operation", "admit"}, {"why", fault.what()}, {"request", record.id()}});
      return problem(503, "storage", "The database cannot be read now. Try again later.");
    }
  }

  Admission judge_head(HttpHead head, RequestRecord& record) {
    if (auto preflight = world_.rules().origins.preflight(head)) return std::move(*preflight);
    const auto target = read_target(head.target);
    if (!target)
      return problem(400, "bad_target", "The request's path or query is not written as RFC 3986 has it.");
    auto match = routes_.find(head.method, target->segments);
    const bool open = match.operation != nullptr && match.operation->access == Access::open;
    auto caller = is_for_tasks(match.operation) ? recognise_queue(head) : recognise_caller(head);
    if (match.operation == nullptr || !match.operation->unmetered) {
      if (auto refused = over_limit(caller ? *caller : Caller{}, head, record)) return std::move(*refused);
    }
    if (!caller && !(open && head.header("Authorization").empty())) return unauthorized(caller.error());
    if (!caller) caller = Caller{};  // a stale cookie must not keep anybody from signing in
    if (!open && !caller->known()) {
      return unauthorized("Sign in, or send an API key: Authorization: Bearer KEY.");
    }
    if (match.operation == nullptr && match.allow.empty()) {
      return problem(404, "not_found", "There is nothing at this path.");
    }
    if (match.operation == nullptr) {
      auto answer =
          problem(405, "method_not_allowed", fmt::format("This path answers {} only.", match.allow));
      answer.set("Allow", match.allow);
      return answer;
    }
    const auto& operation = *match.operation;
    record.is(operation.id);
    if (!may_call(*caller, operation.access)) {
      return problem(403, "forbidden",
                     fmt::format("This needs the right \"{}\", which {} does not have.",
                                 to_string(operation.access), caller->name));
    }
    if (caller->kind == Caller::Kind::session && changes_something(head.method) &&
        !from_our_page(head, world_.rules().origins)) {
      return problem(403, "foreign_page",
                     "A signed-in browser may change things from Postrider's own pages only.");
    }
    if (auto bad = wrong_type(operation, head)) return std::move(*bad);
    if (operation.keyed && !is_key(head)) {
      return problem(400, "bad_key", "An Idempotency-Key is one text of 1 to 255 visible ASCII characters.");
    }
    json::object path, query;
    auto errors = read_path(match, path);
    std::ranges::move(read_query(operation, *target, query), std::back_inserter(errors));
    if (!errors.empty()) return problem(400, "bad_parameter", errors);
    auto turn = std::make_unique<ApiTurn>(world_, operation, std::move(*caller), std::move(head), record);
    turn->path = std::move(path);
    turn->query = std::move(query);
    return turn;
  }

  bool is_for_tasks(const Operation* operation) const {
    return world_.alarms() != nullptr && operation != nullptr && operation->access == Access::tasks;
  }
  std::expected<Caller, std::string> recognise_caller(const HttpHead& head) {
    auto context = world_.actions("nobody");
    return recognise(context, head);
  }
  /// The queue that rings shows a token of its service account; everybody else a key, as always.
  std::expected<Caller, std::string> recognise_queue(const HttpHead& head) {
    const Caller queue{.kind = Caller::Kind::key,
                       .name = "queue",
                       .role = {},
                       .scopes = {"tasks"},
                       .account = {},
                       .session_token = {}};
    if (world_.alarms()->trusts_everybody()) return queue;
    const auto token = bearer_token(head);
    if (std::ranges::count(token, '.') != 2) return recognise_caller(head);
    if (const auto known = world_.alarms()->recognise(token); !known)
      return std::unexpected(known.error().message);
    return queue;
  }

  /// Counts the request against its caller's minute: an account's, a key's, else an address's.
  std::optional<HttpAnswer> over_limit(const Caller& caller, const HttpHead& head, RequestRecord& record) {
    const int most = world_.rules().requests_per_minute;
    if (most == 0) return std::nullopt;
    const auto who = caller.known() ? caller.name : throttle_key_of_address(head.caller);
    const auto standing = limit_.count(who, most, world_.clock().boot_now());
    record.carries("RateLimit-Policy", fmt::format("\"minute\";q={};w=60", most));
    record.carries("RateLimit", fmt::format("\"minute\";r={};t={}", standing.left, standing.seconds_to));
    if (standing.allowed) return std::nullopt;
    auto answer = problem(429, "too_many_requests",
                          fmt::format("This server takes {} requests a minute from each caller. Wait {} s.",
                                      most, standing.seconds_to));
    answer.set("Retry-After", std::to_string(standing.seconds_to));
    return answer;
  }

  static bool has_body(const HttpHead& head) {
    const auto length = head.header("Content-Length");
    return (!length.empty() && length != "0") || !head.header("Transfer-Encoding").empty();
  }

  /// Forms that a foreign page can send without being asked have other types than these.
  static std::optional<HttpAnswer> wrong_type(const Operation& operation, const HttpHead& head) {
    if (!has_body(head)) return std::nullopt;
    const std::string wanted = operation.body.empty() ? operation.body_type : "application/json";
    const auto given = media_type(head);
    if (wanted.empty() || wanted == "*/*" || given == wanted) return std::nullopt;
    if (wanted == "application/json" && given.starts_with("application/") && given.ends_with("+json"))
      return std::nullopt;
    return problem(415, "unsupported_media_type",
                   fmt::format("Send the body as {}{}.", wanted, given.empty() ? "" : ", not " + given));
  }

  static std::vector<FieldError> read_path(const RouteTable::Match& match, json::object& path) {
    std::vector<FieldError> errors;
    for (const auto& [name, text] : match.path) {
      json::value value;
      std::ranges::move(judge_parameter(path_schema(name), name, text, value), std::back_inserter(errors));
      path[name] = std::move(value);
    }
    return errors;
  }

  static std::vector<FieldError> read_query(const Operation& operation, const Target& target,
                                            json::object& query) {
    std::vector<FieldError> errors;
    for (const auto& [name, text] : target.query) {
      const auto known = std::ranges::find(operation.query, name, &Parameter::name);
      if (known == operation.query.end()) {
        errors.push_back({"?" + name, "unknown_parameter",
                          fmt::format("\"{}\" is no parameter that is known here.", one_line(name, 50))});
        continue;
      }
      if (query.contains(name)) {
        errors.push_back({"?" + name, "parameter_twice", fmt::format("\"{}\" is given twice.", name)});
        continue;
      }
      json::value value;
      std::ranges::move(judge_parameter(known->schema, "?" + name, text, value), std::back_inserter(errors));
      query[name] = std::move(value);
    }
    for (const auto& parameter : operation.query) {
      const auto* standard = parameter.schema.words().if_contains("default");
      if (standard != nullptr && !query.contains(parameter.name)) query[parameter.name] = *standard;
    }
    return errors;
  }

  ApiWorld& world_;
  const Operations operations_;
  const RouteTable routes_;
  RateLimit limit_;
};

}  // namespace

std::unique_ptr<HttpHandler> make_api(ApiWorld& world, Operations operations) {
  return std::make_unique<Api>(world, std::move(operations));
}

}  // namespace postrider
