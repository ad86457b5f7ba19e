#pragma once
// HeaderNames: the cells of a header row, made names that a {{field}} can reach: an empty one becomes "column
// 3", one that is there already "Mail (2)". Inside this room only. Pure.

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace postrider {

class HeaderNames {
 public:
  void add(std::string_view cell);
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::vector<std::string> names_;
  std::unordered_set<std::string> keys_;
};

}  // namespace postrider
