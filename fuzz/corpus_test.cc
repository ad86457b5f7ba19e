// Every kept input once, without libFuzzer: what was found and repaired stays repaired.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/targets.h"

namespace postrider::fuzz {
namespace {

struct Target {
  const char* name;
  void (*try_one)(std::string_view);
};

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, KeepsEveryPromise) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(POSTRIDER_CORPUS) / GetParam().name)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  ASSERT_FALSE(files.empty());
  GetParam().try_one({});
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    ASSERT_NO_THROW(GetParam().try_one(bytes));
    // Cut short anywhere, an input must still be taken or refused in good order.
    for (std::size_t size = 1; size < std::min<std::size_t>(bytes.size(), 200); ++size) {
      ASSERT_NO_THROW(GetParam().try_one(std::string_view(bytes).substr(0, size))) << size << " bytes of it";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Corpus,
                         testing::Values(Target{"address", try_address}, Target{"content", try_content},
                                         Target{"csv", try_csv}, Target{"message", try_message},
                                         Target{"replies", try_replies}, Target{"reports", try_reports},
                                         Target{"template", try_template}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace postrider::fuzz
