#include "actions/problem.h"

#include <fmt/format.h>

#include "base/check.h"

namespace postrider {

Error join_problems(Error::Kind kind, std::string_view code, std::string_view heading,
                    const std::vector<Problem>& problems) {
  CHECK(!problems.empty());
  if (problems.size() == 1) return Error{kind, problems.front().code, problems.front().message};
  auto message = fmt::format("{} {} problems:", heading, problems.size());
  for (const auto& problem : problems) message += "\n  - " + problem.message;
  return Error{kind, std::string(code), std::move(message)};
}

}  // namespace postrider
