#include "mail/stop_words.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::size_t kLongest = 20'000;  // of a body that is looked at
constexpr std::size_t kLongestPhrase = 60;

/// In small letters, without marks, one blank between words.
constexpr auto kPhrases = std::to_array<std::string_view>({
    // English
    "stop",
    "unsubscribe",
    "unsubscribe me",
    "remove",
    "remove me",
    "remove me from your list",
    "remove me from this list",
    "remove me from your mailing list",
    "take me off your list",
    "take me off this list",
    "take me off",
    "opt out",
    "optout",
    "stop emailing me",
    "stop mailing me",
    "do not email me again",
    "don t email me again",
    "no more emails",
    "no more mails",
    // German
    "stopp",
    "abmelden",
    "abbestellen",
    "austragen",
    "abmeldung",
    "mich abmelden",
    "mich austragen",
    "newsletter abbestellen",
    "keine mails mehr",
    "keine e mails mehr",
    "keine weiteren mails",
    // French
    "désabonner",
    "désabonnement",
    "me désabonner",
    "désinscrire",
    "désinscription",
    "me désinscrire",
    "arrêter",
    "arrêtez",
    "se désabonner",
    // Spanish, Portuguese, Italian
    "baja",
    "darme de baja",
    "dar de baja",
    "cancelar suscripción",
    "cancelar",
    "descadastrar",
    "remover",
    "cancelar inscrição",
    "cancelar subscrição",
    "cancellami",
    "cancellatemi",
    "cancellazione",
    "disiscrivimi",
    "disiscrizione",
    "annulla iscrizione",
    // Dutch, Danish, Norwegian, Swedish, Finnish
    "afmelden",
    "uitschrijven",
    "afmeld",
    "afmelding",
    "avmeld",
    "avregistrera",
    "avsluta",
    "avprenumerera",
    "peruuta tilaus",
    // Polish, Czech, Hungarian, Romanian, Turkish
    "wypisz",
    "wypisz mnie",
    "rezygnuję",
    "odhlásit",
    "odhlaste mě",
    "leiratkozás",
    "leiratkozom",
    "dezabonare",
    "abonelikten çık",
    "listeden çıkar",
    // Russian, Ukrainian, Greek
    "стоп",
    "отписаться",
    "отпишите меня",
    "отписка",
    "відписатися",
    "διαγραφή",
    "κατάργηση εγγραφής",
    // Japanese, Chinese, Korean
    "配信停止",
    "停止",
    "退订",
    "退訂",
    "取消订阅",
    "取消訂閱",
    "수신거부",
    "구독취소",
});

constexpr auto kPolite =
    std::to_array<std::string_view>({"please", "pls", "bitte", "thanks", "thank you", "danke", "merci",
                                     "s il vous plaît", "por favor", "per favore", "graag", "hi", "hello"});

constexpr auto kPhoneSignatures = std::to_array<std::string_view>(
    {"sent from ", "sent with ", "get outlook for ", "von meinem ", "gesendet von ", "gesendet mit ",
     "envoyé de ", "enviado desde ", "enviado do ", "inviato da ", "verzonden vanaf "});

std::string small(std::string_view text) {
  if (text.empty()) return {};
  char* lower = g_utf8_strdown(text.data(), static_cast<gssize>(text.size()));
  std::string out = lower;
  g_free(lower);
  return out;
}

/// Letters and digits in small, one blank for whatever stands between.
std::string plain_words(std::string_view text) {
  std::string out;
  const auto rest = small(text);
  for (const char* at = rest.c_str(); *at != '\0'; at = g_utf8_next_char(at)) {
    const auto c = g_utf8_get_char(at);
    if (g_unichar_isalnum(c) || g_unichar_ismark(c)) {
      out.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return std::string(trim(out));
}

bool is_phrase(std::string text) {
  if (text.size() > kLongestPhrase) return false;
  for (const auto polite : kPolite) {
    const std::string before = std::string(polite) + " ", after = " " + std::string(polite);
    if (text.starts_with(before)) text.erase(0, before.size());
    if (text.ends_with(after)) text.erase(text.size() - after.size());
  }
  return std::ranges::find(kPhrases, text) != kPhrases.end();
}

bool begins_quote(std::string_view line) {
  return line.starts_with('>') || line == "--" || line.starts_with("-----") || line.starts_with("_____") ||
         line.starts_with("From: ") || line.starts_with("Von: ") || line.starts_with("De : ") ||
         line.starts_with("De: ");
}

bool is_phone_signature(std::string_view line) {
  const auto lower = small(line);
  return std::ranges::any_of(kPhoneSignatures, [&](auto begin) { return lower.starts_with(begin); });
}

/// The lines that the writer wrote: up to the quote, without the line that leads to it ("On … wrote:").
std::string own_words(std::string_view body) {
  std::vector<std::string_view> lines;
  bool quotes = false;
  for (const auto piece : split(body.substr(0, kLongest), '\n')) {
    const auto line = trim(piece);
    quotes = begins_quote(line);
    if (quotes || is_phone_signature(line)) break;
    lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (quotes && !lines.empty() && lines.back().ends_with(':')) {
    while (!lines.empty() && !lines.back().empty()) lines.pop_back();  // it may be broken over lines
  }
  std::string out;
  for (const auto line : lines) out += std::string(line) + "\n";
  return plain_words(out);
}

}  // namespace

bool says_only_stop(std::string_view subject, std::string_view body) {
  if (!is_valid_utf8(subject) || !is_valid_utf8(body) || body.size() > kLongest || subject.contains('\0') ||
      body.contains('\0')) {
    return false;
  }
  const auto own = own_words(body);
  if (!own.empty()) return is_phrase(own);
  while (subject.size() > 3 && equals_ignoring_case(subject.substr(0, 3), "re:"))
    subject = trim(subject.substr(3));
  return is_phrase(plain_words(subject));
}

}  // namespace postrider
