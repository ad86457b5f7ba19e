#include "http/paging.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

namespace postrider {

std::vector<Parameter> cursor_parameters() {
  return {{"limit", whole(1, 200).standard(50), "how many at most"},
          {"after", postrider::text(1, 400), "the cursor of the page before, as its Link header gives it"}};
}

std::vector<Parameter> skip_parameters() {
  auto all = cursor_parameters();
  all.push_back({"skip", whole(0, 1'000'000'000).standard(0), "how many to leave out; a cursor is quicker"});
  return all;
}

std::string query_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::optional<std::int64_t> read_cursor(const Call& call) {
  const auto text = call.asked("after");
  if (!text) return 0;
  std::int64_t cursor = 0;
  const auto [end, bad] = std::from_chars(text->data(), text->data() + text->size(), cursor);
  if (bad != std::errc{} || end != text->data() + text->size() || cursor < 1) return std::nullopt;
  return cursor;
}

HttpAnswer bad_cursor() {
  return problem(400, "bad_cursor", "\"after\" is no cursor of this list: take it from the Link header.");
}

void add_paging(HttpAnswer& answer, const Call& call, std::optional<std::int64_t> total,
                const std::optional<std::string>& next) {
  if (total) answer.set("X-Total-Count", std::to_string(*total));
  if (!next) return;
  const std::string_view target = call.head.target;
  std::string link(target.substr(0, target.find('?')));
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    if (name == "after" || name == "skip") continue;
    const auto text = value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
    link += fmt::format("{}{}={}", separator, std::string_view(name), query_encoded(text));
    separator = '&';
  }
  answer.set("Link", fmt::format("<{}{}after={}>; rel=\"next\"", link, separator, query_encoded(*next)));
}

}  // namespace postrider
