#include "http/cloud_tasks/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/text.h"

namespace postrider::cloud_tasks {
namespace {

constexpr std::chrono::hours kLife{2};
constexpr std::size_t kLongestToken = 4'000;
constexpr std::string_view kPurpose = "page";

}  // namespace

std::string page_token(std::string_view list, std::string_view after, const SecretBox& secrets,
                       WallTime now) {
  const auto sealed =
      secrets.seal(fmt::format("{}\n{}\n{}\n{}", kPurpose, to_micros(now + kLife), list, after));
  return to_base64url(from_base64(sealed).value());
}

RpcResult<Page> read_page(MessageReader& query, std::string_view list, int most, const SecretBox& secrets,
                          WallTime now) {
  const int size = query.int32("pageSize").value_or(0);
  const auto token = query.text("pageToken").value_or("");
  if (size < 0) return invalid_argument("page_size must not be negative.");
  Page page{.size = size == 0 ? most : std::min(size, most), .after = {}};
  if (token.empty()) return page;

  const auto refused = [] {
    return invalid_argument("The page_token is not valid: it is none of this list, or older than 2 hours.");
  };
  const auto bytes = token.size() > kLongestToken ? std::nullopt : from_base64url(token);
  if (!bytes) return refused();
  const auto clear = secrets.open(to_base64(*bytes));
  if (!clear) return refused();
  const auto lines = split(*clear, '\n');
  if (lines.size() != 4 || lines[0] != kPurpose || lines[2] != list) return refused();
  std::int64_t ends = 0;
  std::from_chars(lines[1].data(), lines[1].data() + lines[1].size(), ends);
  if (from_micros(ends) <= now) return refused();
  page.after = lines[3];
  return page;
}

}  // namespace postrider::cloud_tasks
