// /u/TOKEN: leaving. Open to whoever holds the link, without a cookie or a question (RFC 8058). Looking at it
// changes nothing, for scanners follow links; a POST acts, from a mail program's button or our page's.

#include <fmt/format.h>

#include "actions/unsubscribe.h"
#include "http/operations/operations.h"
#include "http/world.h"
#include "mail/template_escape.h"

namespace postrider {
namespace {

constexpr auto kPolicy =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string html_escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text, Escaping::html);
  return out;
}

HttpAnswer page(std::string_view title, std::string_view inside, int status = 200) {
  HttpAnswer answer{.status = status, .content_type = "text/html; charset=utf-8"};
  answer.body = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>{0}</title>\n<link rel=\"stylesheet\" href=\"/assets/postrider.css\">\n"
      "<main>\n<h1>{0}</h1>\n{1}\n</main>\n</html>\n",
      title, inside);
  answer.set("Content-Security-Policy", kPolicy);
  return answer;
}

/// The same for a wrong token, a deleted one and nonsense: it tells nobody which tokens there are.
HttpAnswer no_such_link() {
  return page("This link is not valid",
              "<p>It may have been cut off on its way. Open it from the message once more.</p>", 404);
}

HttpAnswer done(const UnsubscribeView& view) {
  return page("Unsubscribed",
              view.example
                  ? std::string("<p>This is the link of a preview: it unsubscribes nobody.</p>")
                  : fmt::format("<p>{} gets no more of these messages.</p>", html_escaped(view.masked)));
}

HttpAnswer look(Call& call) {
  const auto view = look_up_unsubscribe(call.actions, call.text("token"));
  if (!view) return no_such_link();
  if (view->unsubscribed) return done(*view);
  const auto who = view->example ? std::string("The link of a preview: it unsubscribes nobody.")
                                 : fmt::format("No more messages to {}?", html_escaped(view->masked));
  return page(
      "Unsubscribe",
      fmt::format("<p>{}</p>\n<form method=\"post\"><button name=\"List-Unsubscribe\" value=\"One-Click\">"
                  "Unsubscribe</button></form>",
                  who));
}

HttpAnswer act(Call& call) {
  const auto answer = unsubscribe(call.actions, call.text("token"));
  return answer ? done(answer->view) : no_such_link();
}

}  // namespace

Operations unsubscribe_operations() {
  const Response gone{404, "no link of this installation", {}, "text/html"};
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/u/{token}",
                 .id = "lookAtUnsubscribe",
                 .tag = "unsubscribe",
                 .access = Access::open,
                 .summary = "A page that asks; changes nothing",
                 .no_cli = "a page for recipients",
                 .answers = {{200, "the page", {}, "text/html"}, gone},
                 .unmetered = true,
                 .handle = look});
  all.push_back({.method = "POST",
                 .path = "/u/{token}",
                 .id = "unsubscribe",
                 .tag = "unsubscribe",
                 .access = Access::open,
                 .summary = "Suppress the address and skip its open emails; as often as it is asked",
                 .cli = "postrider unsubscribe {token}",
                 .body_type = "*/*",
                 .limit = {16 * 1024, false},
                 .answers = {{200, "unsubscribed", {}, "text/html"}, gone},
                 .unmetered = true,
                 .handle = act});
  return all;
}

}  // namespace postrider
