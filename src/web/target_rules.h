#pragma once
// TargetRules: which addresses a request may go to whose URL somebody else chose. Without such a rule, a
// URL is a way to speak to whatever this machine can reach: its own services, its neighbours, and the
// metadata server of a cloud that hands out credentials. They judge the address that is really connected to,
// so neither a name that resolves to an inner address nor one that changes its mind gets past. Pure.

#include <string_view>
#include <vector>

#include "base/ip_range.h"

namespace postrider {

class TargetRules {
 public:
  /// Every address: for URLs that only the operator chooses.
  static TargetRules any();
  /// As POSTRIDER_ALLOW_PRIVATE_TARGETS says it: "" or "false", only public addresses; "true", private ones
  /// and this machine too; else the ranges that are allowed beside public ones. Addresses of one link
  /// (169.254.0.0/16, fe80::/10) and the clouds' metadata servers are allowed only by a range that holds
  /// them.
  static Result<TargetRules> parse(std::string_view text);

  bool allows(const IpAddress& address) const;
  bool allows_any() const { return any_; }

 private:
  bool any_ = false, private_ = false;
  std::vector<IpRange> ranges_;
};

}  // namespace postrider
