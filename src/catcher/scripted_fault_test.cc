#include "catcher/scripted_fault.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using Kind = ScriptedFault::Kind;

struct Row {
  const char* address;
  Kind kind;
  int number = 0;
  const char* reply = "";
};

TEST(ScriptedFault, IsReadFromTheLocalPart) {
  const Row rows[] = {
      {"anna@example.com", Kind::none},
      {"reply-550-5.1.1@x", Kind::reply, 0, "550 5.1.1 Scripted by the recipient's address"},
      {"REPLY-451@x", Kind::reply, 0, "451 Scripted by the recipient's address"},
      {"reply-250@x", Kind::none},
      {"reply-550-1@x", Kind::none},
      {"reply-5501@x", Kind::none},
      {"refuse@x", Kind::reply, 0, "550 5.1.1 No such user here"},
      {"refuse-me+anna@x", Kind::reply, 0, "550 5.1.1 No such user here"},
      {"defer-2+anna@x", Kind::defer, 2},
      {"defer-@x", Kind::none},
      {"defer--1@x", Kind::none},
      {"slow-250@x", Kind::slow, 250},
      {"slow-999999@x", Kind::slow, 60'000},
      {"late-5@x", Kind::late, 5},
      {"dot-554-5.7.1@x", Kind::dot, 0, "554 5.7.1 Scripted by the recipient's address"},
      {"drop-rcpt@x", Kind::drop_rcpt},
      {"drop-data+1@x", Kind::drop_data},
      {"drop-dot@x", Kind::drop_dot},
      {"lost-dot@x", Kind::lost_dot},
      {"drop-everything@x", Kind::none},
  };
  for (const Row& row : rows) {
    const ScriptedFault fault = parse_scripted_fault(row.address);
    EXPECT_EQ(static_cast<int>(fault.kind), static_cast<int>(row.kind)) << row.address;
    EXPECT_EQ(fault.number, row.number) << row.address;
    EXPECT_EQ(fault.reply, row.reply) << row.address;
  }
}

}  // namespace
}  // namespace postrider
