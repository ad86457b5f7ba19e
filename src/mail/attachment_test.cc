#include "mail/attachment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "mail/message.h"

namespace postrider {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::string_literals;

std::string parts_of(std::vector<Attachment> attachments) {
  const auto made = AttachedParts::make(attachments);
  if (!made) return "error " + made.error().code;
  return *made == nullptr ? "none" : (*made)->bytes();
}

TEST(Attachment, IsOneBase64PartWithItsName) {
  const auto made = AttachedParts::make(std::vector{Attachment{"a.txt", "text/plain", "hello"}});
  ASSERT_TRUE(made);
  const std::string& boundary = (*made)->boundary();
  EXPECT_EQ((*made)->bytes(),
            "\r\n--" + boundary +
                "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
                "Content-Disposition: attachment;\r\n filename=\"a.txt\"\r\n\r\naGVsbG8=\r\n--" +
                boundary + "--\r\n");
  EXPECT_EQ(boundary,
            AttachedParts::make(std::vector{Attachment{"a.txt", "text/plain", "hello"}}).value()->boundary());
  EXPECT_NE(boundary,
            AttachedParts::make(std::vector{Attachment{"a.txt", "text/plain", "hallo"}}).value()->boundary());
}

TEST(Attachment, OfNoFilesIsNothing) {
  EXPECT_EQ(parts_of({}), "none");
}

TEST(Attachment, HasItsNameAsRfc2231SaysAndOnceMorePlainly) {
  const struct {
    std::string name;
    const char* parameters;
  } rows[] = {
      {"Grüße.pdf", ";\r\n filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf;\r\n filename=\"Gr__e.pdf\"\r\n"},
      {"a \"b\".pdf", ";\r\n filename*=utf-8''a%20%22b%22.pdf;\r\n filename=\"a _b_.pdf\"\r\n"},
      {"a;b.pdf", ";\r\n filename=\"a;b.pdf\"\r\n"},
      {"100%.pdf", ";\r\n filename*=utf-8''100%25.pdf;\r\n filename=\"100_.pdf\"\r\n"},
      {"=?utf-8?q?x?=",
       ";\r\n filename*=utf-8''%3D%3Futf-8%3Fq%3Fx%3F%3D;\r\n filename=\"_?utf-8?q?x?_\"\r\n"},
      {std::string(30, 'a') + std::string(30, 'b') + ".pdf",
       ";\r\n filename*0*=utf-8''aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbb;\r\n filename*1*=bbbbbbb.pdf;\r\n "
       "filename=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbb.pdf\"\r\n"},
  };
  for (const auto& row : rows)
    EXPECT_THAT(parts_of({{row.name, "application/pdf", "x"}}), HasSubstr(row.parameters)) << row.name;

  std::string long_name;
  for (int i = 0; i < 40; ++i) long_name += "日本";
  const std::string parts = parts_of({{long_name, "application/pdf", "x"}});
  EXPECT_THAT(parts, HasSubstr(" filename*0*=utf-8''%E6"));
  EXPECT_THAT(parts, HasSubstr(";\r\n filename*1*=%E6"));
  for (const auto line : split(parts, '\n')) EXPECT_LE(line.size(), 79u) << line;
}

TEST(Attachment, RefusesWhatIsNoFileName) {
  for (const std::string& name :
       {""s, "."s, ".."s, " "s, "a/b"s, "a\\b"s, "a\nb"s, "a\0b"s, "a\x7F"s, "\xFF"s, "a\u202Efdp.exe"s}) {
    EXPECT_EQ(parts_of({{name, "text/plain", ""}}), "error bad_attachment") << testing::PrintToString(name);
  }
  EXPECT_EQ(parts_of({{std::string(256, 'a'), "text/plain", ""}}), "error bad_attachment");
  EXPECT_EQ(make_attachment("/home/zoe/a b.pdf", "x")->name, "a b.pdf");
  EXPECT_EQ(make_attachment("C:\\Documents\\a.pdf", "x")->name, "a.pdf");
  EXPECT_FALSE(make_attachment("folder/", "x"));
}

TEST(Attachment, RefusesWhatIsNoMediaTypeForAFile) {
  for (const char* type : {"", "text", "/plain", "text/", "text/plain; charset=x", "text/pl\r\nain",
                           "multipart/mixed", "message/rfc822", "Message/Partial", "a b/c"}) {
    EXPECT_EQ(parts_of({{"a", type, ""}}), "error bad_attachment") << type;
  }
}

TEST(Attachment, HasLimits) {
  const std::string half(kMostAttachedBytes / 2, 'x');
  EXPECT_THAT(parts_of({{"a", "text/plain", half}, {"b", "text/plain", half}}), Not(HasSubstr("error")));
  EXPECT_EQ(parts_of({{"a", "text/plain", half}, {"b", "text/plain", half + "x"}}),
            "error attachments_too_large");
  EXPECT_EQ(parts_of(std::vector<Attachment>(kMostAttachments + 1, {"a", "text/plain", ""})),
            "error bad_attachment");
}

TEST(Attachment, HasATypeByTheEndingOfItsName) {
  const struct {
    const char* name;
    const char* type;
  } rows[] = {
      {"a.pdf", "application/pdf"},
      {"A.PDF", "application/pdf"},
      {"a.tar.gz", "application/gzip"},
      {"a.csv", "text/csv"},
      {"a.jpeg", "image/jpeg"},
      {"a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"a.eml", "application/octet-stream"},
      {"a.exe", "application/octet-stream"},
      {"a", "application/octet-stream"},
      {"pdf", "application/octet-stream"},
      {"", "application/octet-stream"},
  };
  for (const auto& row : rows) EXPECT_EQ(media_type_of(row.name), row.type) << row.name;
}

TEST(Attachment, IsInMemoryOnceForAllEmails) {
  MessageParts parts{
      .from = {"a", "b.example"}, .to = {"c", "d.example"}, .text = "x", .message_id = "<1@b.example>"};
  parts.attached =
      AttachedParts::make(std::vector{Attachment{"a.bin", "application/zip", std::string(100'000, 'x')}})
          .value();
  const auto one = compose(parts);
  const auto other = compose(parts);
  EXPECT_EQ(one.tail().data(), other.tail().data());
  EXPECT_LT(one.head.size(), 1'000u);
  EXPECT_EQ(one.whole().size(), one.size());
  EXPECT_TRUE(one.head.ends_with("\r\n"));
}

}  // namespace
}  // namespace postrider
