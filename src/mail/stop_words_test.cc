#include "mail/stop_words.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(StopWords, AreUnderstoodInManyLanguagesAndManners) {
  for (const char* body :
       {"STOP",
        "Stop.",
        "unsubscribe\n",
        "  Unsubscribe me, please!\n",
        "Please remove me.",
        "Remove me from your list",
        "Bitte abmelden!",
        "ABMELDEN",
        "Désinscrire",
        "DÉSABONNER",
        "Me désabonner s'il vous plaît",
        "baja",
        "Отписаться",
        "СТОП",
        "取消订阅",
        "配信停止",
        "수신거부",
        "Odhlásit",
        "Unsubscribe\n\nOn Mon, 23 Nov 2026 at 14:37, Ana <ana@sender.example> wrote:\n> this is the news.\n",
        "stop\r\n\r\nAm 23.11.2026 um 14:37 schrieb Ana\r\n<ana@sender.example>:\r\n> this is the news.\r\n",
        "Stop\n\nSent from my iPhone\n\n> On 23 Nov 2026, Ana wrote:\n> news\n",
        "Stop\n-- \nBo Example\n+1 555 0100\n",
        "Remove me\n\n-----Original Message-----\nFrom: Ana\nthis is the news.\n",
        "Remove me\n\n________________________________\nFrom: Ana\n",
        "Abmelden\n\nVon: Ana <ana@sender.example>\nGesendet: heute\n",
        "Stop\n\nVon meinem iPhone gesendet\n"}) {
    EXPECT_TRUE(says_only_stop("Re: Hello", body)) << body;
  }
}

TEST(StopWords, MayStandInTheSubjectOfAMailWithoutWordsOfItsOwn) {
  EXPECT_TRUE(says_only_stop("unsubscribe", ""));
  EXPECT_TRUE(says_only_stop("Re: RE: Stop", "\n> this is the news.\n"));
  EXPECT_FALSE(says_only_stop("unsubscribe", "Thank you, that is interesting."));
  EXPECT_FALSE(says_only_stop("Re: Hello", ""));
}

TEST(StopWords, WithAnythingBesideThemAreForAPersonToRead) {
  for (const char* body : {"", "Thank you, that is interesting.", "Do not stop", "Stop by on Monday",
                           "How do I unsubscribe?", "Please don't remove me", "Stop. Actually, go on.",
                           "I would like to cancel my order", "unsubscribe ana@example.com",
                           "Remove the second line", "> STOP\n", "Interesting!\n\n> unsubscribe\n",
                           "STOP\n\nBut what does it cost?\n", "stop stop stop", "\xff\xfe"}) {
    EXPECT_FALSE(says_only_stop("Re: Hello", body)) << body;
  }
  EXPECT_FALSE(says_only_stop("Re: Hello", "stop" + std::string(30'000, ' ')));
  EXPECT_FALSE(says_only_stop("Re: Hello", std::string("stop\0x", 6)));
}

}  // namespace
}  // namespace postrider
