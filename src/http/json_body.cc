#include "http/json_body.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <cmath>
#include <set>
#include <vector>

namespace postrider {
namespace {

namespace json = boost::json;
using json::error_code;

// Boost.JSON's own parser keeps the last of two equal keys; this one only looks for what it lets pass.
struct Strictness {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  std::vector<std::set<std::string>> open;
  std::string key, wrong;

  bool fail(std::string what, error_code& bad) {
    wrong = std::move(what);
    bad = json::error::syntax;
    return false;
  }
  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open.emplace_back(), true; }
  bool on_object_end(std::size_t, error_code&) { return open.pop_back(), true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code& bad) {
    key.append(part.data(), part.size());
    if (key.find('\0') != key.npos) return fail("a key holds a NUL character", bad);
    if (!open.back().insert(key).second)
      return fail(fmt::format("the key \"{}\" stands there twice", key), bad);
    key.clear();
    return true;
  }
  bool no_nul(json::string_view part, error_code& bad) {
    return part.find('\0') == part.npos || fail("a string holds a NUL character", bad);
  }
  bool on_string_part(json::string_view part, std::size_t, error_code& bad) { return no_nul(part, bad); }
  bool on_string(json::string_view part, std::size_t, error_code& bad) { return no_nul(part, bad); }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
  bool on_double(double number, json::string_view, error_code& bad) {
    return std::isfinite(number) || fail("a number is larger than any we know", bad);
  }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
};

}  // namespace

std::expected<json::value, std::string> read_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDeepestJson;
  json::basic_parser<Strictness> judge(options);
  error_code bad;
  const auto read = judge.write_some(false, text.data(), text.size(), bad);
  if (bad == json::error::too_deep) {
    return std::unexpected(fmt::format("The body is nested deeper than {} levels.", kDeepestJson));
  }
  const auto& wrong = judge.handler().wrong;
  if (!wrong.empty()) return std::unexpected(fmt::format("The body is not taken: {}.", wrong));
  if (bad || read != text.size()) {
    return std::unexpected(fmt::format("The body is no JSON (RFC 8259): {} near byte {}.",
                                       bad ? bad.message() : "it goes on after its end", read + 1));
  }
  return json::parse(json::string_view(text.data(), text.size()), {}, options);
}

}  // namespace postrider
