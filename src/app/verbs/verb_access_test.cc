#include "app/verbs/verb_access.h"

#include <gtest/gtest.h>

#include <set>

#include "app/verbs/verbs.h"
#include "base/text.h"
#include "http/api.h"

namespace postrider {
namespace {

/// What an account has to be to do as much by an operation.
int rank(Access access) {
  switch (access) {
    case Access::open:
    case Access::metrics:
    case Access::viewer:
      return 0;
    case Access::bounces:
    case Access::editor:
      return 1;
    case Access::tasks:
    case Access::owner:
      return 2;
  }
  return 2;
}

/// "campaign show" of "postrider campaign show {id} --json".
std::string verb_in(const std::string& cli) {
  const auto words = split(cli, ' ');
  std::string verb(words.at(1));
  if (words.size() > 2 && is_store_verb(verb) &&
      verb_access(verb + " " + std::string(words[2])) != verb_access(""))
    return verb + " " + std::string(words[2]);
  return verb;
}

TEST(VerbAccess, IsNeverLessThanTheOperationsThatDoTheSame) {
  int compared = 0;
  for (const auto& operation : api_operations()) {
    if (operation.cli.empty()) continue;
    const auto verb = verb_in(operation.cli);
    EXPECT_GE(rank(verb_access(verb)), rank(operation.access)) << operation.id << ": " << verb;
    ++compared;
  }
  EXPECT_GT(compared, 60);
}

TEST(VerbAccess, IsTheOwnersWhereTheTableDoesNotSay) {
  for (const auto* verb :
       {"", "backup", "resume", "doctor", "audit list", "key create", "key list", "account link",
        "account set-password", "mailbox add", "mailbox test", "queue purge", "no such verb"})
    EXPECT_EQ(verb_access(verb), Access::owner) << verb;
}

TEST(VerbAccess, KnowsTheVerbOfACommandLine) {
  EXPECT_EQ(verb_of({"--json", "campaign", "list", "--limit", "5"}), "campaign list");
  EXPECT_EQ(verb_of({"stats", "--by", "day"}), "stats");
  EXPECT_EQ(verb_of({"campaign"}), "");
  EXPECT_EQ(verb_of({"campaign", "list", "--no-such"}), "");
  EXPECT_EQ(verb_of({}), "");
}

TEST(FilesOf, ACommandLineAreThoseItReadsAndWrites) {
  const auto create = files_of({"campaign", "create", "--name", "n", "--message-file", "m.html", "--csv",
                                "l.csv", "--attach", "a.pdf", "--attach", "b.pdf"});
  EXPECT_EQ(std::set(create.reads.begin(), create.reads.end()),
            (std::set<std::string>{"m.html", "l.csv", "a.pdf", "b.pdf"}));
  EXPECT_EQ(create.writes, std::vector<std::string>{"l.csv.rejected.csv"});
  const auto import = files_of({"campaign", "import", "7", "--csv", "l.csv", "--rejects", "r.csv"});
  EXPECT_EQ(import.reads, std::vector<std::string>{"l.csv"});
  EXPECT_EQ(import.writes, std::vector<std::string>{"r.csv"});
  EXPECT_EQ(files_of({"backup", "x.db"}).writes, std::vector<std::string>{"x.db"});
  EXPECT_EQ(files_of({"campaign", "export", "7", "--out", "x.csv"}).writes,
            std::vector<std::string>{"x.csv"});
  EXPECT_EQ(files_of({"bounce", "read", "m.eml"}).reads, std::vector<std::string>{"m.eml"});
}

}  // namespace
}  // namespace postrider
