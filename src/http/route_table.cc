#include "http/route_table.h"

#include "base/check.h"
#include "base/text.h"

namespace postrider {

RouteTable::RouteTable(const Operations& operations) {
  for (const auto& operation : operations) {
    auto* node = &root_;
    for (const auto segment : split(operation.path, '/')) {
      if (segment.empty()) continue;
      if (segment.front() != '{') {
        node = &node->fixed[std::string(segment)];
        continue;
      }
      const auto name = segment.substr(1, segment.size() - 2);
      if (!node->any) {
        node->any = std::make_unique<Node>();
        node->parameter = name;
      }
      CHECK(node->parameter == name);
      node = node->any.get();
    }
    const bool fresh = node->methods.emplace(operation.method, &operation).second;
    CHECK(fresh);
  }
}

RouteTable::Match RouteTable::find(std::string_view method, const std::vector<std::string>& segments) const {
  Match match;
  const auto* node = &root_;
  for (const auto& segment : segments) {
    if (const auto fixed = node->fixed.find(segment); fixed != node->fixed.end()) {
      node = &fixed->second;
    } else if (node->any) {
      match.path.emplace_back(node->parameter, segment);
      node = node->any.get();
    } else {
      return {};
    }
  }
  if (node->methods.empty()) return {};
  auto found = node->methods.find(method);
  if (found == node->methods.end() && method == "HEAD") found = node->methods.find("GET");
  if (found != node->methods.end()) {
    match.operation = found->second;
    return match;
  }
  for (const auto& [known, operation] : node->methods) {
    match.allow += (match.allow.empty() ? "" : ", ") + known + (known == "GET" ? ", HEAD" : "");
  }
  return match;
}

}  // namespace postrider
