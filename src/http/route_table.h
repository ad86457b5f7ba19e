#pragma once
// RouteTable: from method and path to the operation. A trailing slash makes no difference. Pure, thread safe.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/operation.h"

namespace postrider {

class RouteTable {
 public:
  /// Two operations for one method and path are a bug.
  explicit RouteTable(const Operations& operations);

  struct Match {
    const Operation* operation = nullptr;
    std::vector<std::pair<std::string, std::string>> path;  ///< parameter and its text
    std::string allow;  ///< the methods of this path, if the path is known and the method is not
  };
  /// `segments`: of the path, decoded.
  Match find(std::string_view method, const std::vector<std::string>& segments) const;

 private:
  struct Node {
    std::map<std::string, Node, std::less<>> fixed;
    std::string parameter;  // its name, if `any` is set
    std::unique_ptr<Node> any;
    std::map<std::string, const Operation*, std::less<>> methods;
  };
  Node root_;
};

}  // namespace postrider
