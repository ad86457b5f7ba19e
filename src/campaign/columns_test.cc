#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "campaign/recipients.h"

namespace postrider {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Columns, TheColumnsOfAddressAndNameAreFound) {
  const struct {
    std::vector<std::string> headers;
    int email, name;
  } rows[] = {
      {{"email"}, 0, -1},
      {{"Name", "Email"}, 1, 0},
      {{"E-Mail", "Full Name"}, 0, 1},
      {{"company", " EMAIL ADDRESS ", "FirstName"}, 1, 2},
      {{"contact_email", "email"}, 0, -1},
      {{"email", "mail"}, 0, -1},
      {{"user_email", "last name", "name"}, 0, 1},
      {{"recipient", "mail"}, 1, 0},
      {{"Email_Address", "user_name"}, 0, 1},
      {{"email", "email status"}, 0, -1},
  };
  for (const auto& row : rows) {
    const auto roles = find_columns(row.headers);
    ASSERT_TRUE(roles) << row.headers[0] << ": " << roles.error().message;
    EXPECT_EQ(roles->email, row.email) << row.headers[0];
    EXPECT_EQ(roles->name, row.name) << row.headers[0];
  }
}

TEST(Columns, EveryNameOfTheOriginSystemIsKnown) {
  for (const char* name :
       {"email", "email address", "e-mail", "mail", "email_address", "user_email", "contact_email"}) {
    EXPECT_TRUE(find_columns({name})) << name;
  }
  for (const char* name :
       {"name", "full name", "first name", "firstname", "last name", "lastname", "full_name", "contact_name",
        "recipient", "recipient_name", "user_name", "username"}) {
    EXPECT_EQ(find_columns({"mail", name})->name, 1) << name;
  }
}

TEST(Columns, WithoutAnAddressColumnTheErrorListsWhatThereIsAndWhatToDo) {
  const auto roles = find_columns({"Kontakt", "Firma"});
  ASSERT_FALSE(roles);
  EXPECT_EQ(roles.error().code, "no_email_column");
  EXPECT_THAT(roles.error().message, AllOf(HasSubstr("Kontakt, Firma"), HasSubstr("e-mail"),
                                           HasSubstr("--email-column"), Not(HasSubstr("first row"))));
}

TEST(Columns, AListWithoutAHeaderIsRecognised) {
  const auto roles = find_columns({"ana@example.com", "Ana"});
  ASSERT_FALSE(roles);
  EXPECT_THAT(roles.error().message, HasSubstr("The first row must hold the names"));
}

TEST(FindColumns, FurtherAddressColumnsAreNamed) {
  EXPECT_EQ(further_address_columns({"Email", "Name", "E-Mail", "Email (2)", "Mailbox (old)"}, 0),
            (std::vector<std::string>{"E-Mail", "Email (2)"}));
  EXPECT_TRUE(further_address_columns({"E-Mail", "Email", "Name"}, 1).empty());
}

}  // namespace
}  // namespace postrider
