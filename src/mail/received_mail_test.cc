#include "mail/received_mail.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

constexpr auto kFields =
    "List-Unsubscribe: <https://mail.example.org/u/x>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

std::string signature(const std::string& fields, const std::string& domain = "example.org") {
  return "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + domain + ";\r\n\ts=mail; h=" + fields +
         ";\r\n bh=abc=; b=h=d=\r\n";
}
std::string mail(const std::string& head, const std::string& fields = kFields) {
  return head + "From: Ana <ana@example.org>\r\nDate: Mon, 23 Nov 2026 14:37:18 +0000\r\n" + fields +
         "\r\nbody\r\n";
}

struct Row {
  const char* name;
  std::string mail;
  bool covered;
  const char* says;
};

// MAIL-RULES L8
TEST(ReceivedMail, ShowsTheButtonOnlyWhenASignatureCoversBothFields) {
  const std::string both = "From:To:Subject:List-Unsubscribe:List-Unsubscribe-Post";
  for (const auto& row :
       {Row{"both", mail(signature(both)), true, "of example.org covers"},
        Row{"folded, in any letter case",
            mail(signature("from:\r\n\tLIST-UNSUBSCRIBE :\r\n list-unsubscribe-post")), true, "covers"},
        Row{"a subdomain signs", mail(signature(both, "bounce.Example.org")), true,
            "bounce.example.org covers"},
        Row{"one of two does", mail(signature("from", "esp.example") + signature(both)), true,
            "of example.org covers"},
        Row{"one missing", mail(signature("From:List-Unsubscribe")), false,
            "does not cover List-Unsubscribe-Post:"},
        Row{"the other missing", mail(signature("From:List-Unsubscribe-Post")), false,
            "does not cover List-Unsubscribe:"},
        Row{"both missing", mail(signature("From:Subject")), false,
            "cover List-Unsubscribe and List-Unsubscribe-Post"},
        Row{"no h", mail("DKIM-Signature: d=example.org\r\n"), false, "does not cover"},
        Row{"no signature", mail(""), false, "No DKIM signature"},
        Row{"of another domain", mail(signature(both, "esp.example")), false,
            "not of the sender's domain example.org"},
        Row{"of a lookalike", mail(signature(both, "badexample.org")), false, "not of the sender's domain"},
        Row{"it does not hold",
            mail("Authentication-Results: mx.example.net; dkim=fail (bad body) header.d=example.org\r\n" +
                 signature(both)),
            false, "dkim=fail"},
        Row{"it holds",
            mail("Authentication-Results: mx.example.net;\r\n dkim=pass header.d=example.org; spf=pass\r\n" +
                 signature(both)),
            true, "covers"},
        Row{"no one click", mail(signature(both), "List-Unsubscribe: <mailto:a@example.org>\r\n"), false,
            "PUBLIC_URL"},
        Row{"no field at all", mail(signature(both), ""), false, "no List-Unsubscribe:"},
        Row{"no mail", "hello", false, "no mail"},
        Row{"in the body only", "From: a@example.org\r\nDate: x\r\n\r\n" + mail(signature(both)), false,
            "no List-Unsubscribe:"}}) {
    const auto answer = judge_button(read_received_mail(row.mail));
    EXPECT_EQ(answer.covered, row.covered) << row.name;
    ASSERT_FALSE(answer.sentences.empty()) << row.name;
    EXPECT_NE(answer.sentences.front().find(row.says), std::string::npos)
        << row.name << ": " << answer.sentences.front();
  }
}

TEST(ReceivedMail, WithoutMeasureIsReadWithOne) {
  std::string head;
  for (int i = 0; i < 1'000; ++i) head += signature("from:" + std::string(5'000, 'x'));
  EXPECT_LE(read_received_mail(mail(head)).signatures.size(), 20u);
}

}  // namespace
}  // namespace postrider
