// The API's description, and the pages for setting up and signing in.

#include <boost/json.hpp>
#include <mutex>

#include "http/api.h"
#include "http/operations/operations.h"
#include "http/pages/pages.h"
#include "http/world.h"

namespace postrider {
namespace {

/// What our own pages may do: load what is ours, and ask us.
constexpr auto kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'";

HttpAnswer page(std::string_view text, std::string content_type) {
  HttpAnswer answer{.content_type = std::move(content_type), .body = std::string(text)};
  answer.set("Content-Security-Policy", kPagePolicy);
  return answer;
}

/// The document, made at its first use: it describes the whole table, this file's part included.
class Document {
 public:
  const std::string& text(const ApiWorld& world) {
    std::call_once(
        made_, [&] { text_ = boost::json::serialize(openapi_document(api_operations(), world.version())); });
    return text_;
  }

 private:
  std::once_flag made_;
  std::string text_;
};

/// JSON in a script element: "</script>" and "<!--" must not stand in it.
std::string inside_html(const std::string& json) {
  std::string safe;
  for (const char c : json) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string docs_page(const std::string& document) {
  constexpr std::string_view kMark = "DOCUMENT";
  std::string html(pages::kDocs);
  html.replace(html.find(kMark), kMark.size(), inside_html(document));
  return html;
}

Operation open_page(std::string path, std::string id, std::string summary, std::string content_type,
                    std::function<std::string(Call&)> text) {
  return {.method = "GET",
          .path = std::move(path),
          .id = std::move(id),
          .tag = "pages",
          .access = Access::open,
          .summary = std::move(summary),
          .no_cli = "a page for browsers",
          .answers = {{200, "the page", {}, content_type.substr(0, content_type.find(';'))}},
          .handle = [text = std::move(text), content_type](Call& call) {
            return page(text(call), content_type);
          }};
}

}  // namespace

const std::vector<std::string>& document_paths() {
  static const std::vector<std::string> paths{"/docs", "/redoc", "/openapi.json", "/assets/docs.js"};
  return paths;
}

Operations document_operations() {
  const auto document = std::make_shared<Document>();
  const auto docs = [document](Call& call) { return docs_page(document->text(call.world)); };
  const auto fixed = [](std::string_view text) { return [text](Call&) { return std::string(text); }; };
  const std::string html = "text/html; charset=utf-8", script = "text/javascript; charset=utf-8";
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/openapi.json",
                 .id = "getOpenApi",
                 .tag = "documents",
                 .access = Access::viewer,
                 .summary = "This API as an OpenAPI 3.1 document",
                 .cli = "postrider help --openapi",
                 .answers = {{200, "the document", Schema({{"type", "object"}})}},
                 .handle = [document](Call& call) {
                   return HttpAnswer{.content_type = "application/json", .body = document->text(call.world)};
                 }});
  for (const auto* path : {kOpenIdConfigurationPath.data(), kKeySetPath.data()}) {
    const bool keys = path == kKeySetPath;
    all.push_back({.method = "GET",
                   .path = path,
                   .id = keys ? "getOpenIdKeys" : "getOpenIdConfiguration",
                   .tag = "documents",
                   .access = Access::open,
                   .summary = keys ? "The keys that sign the tokens of tasks (RFC 7517)"
                                   : "Who signs the tokens of tasks (OpenID Connect Discovery)",
                   .no_cli = "for programs that verify tokens",
                   .answers = {{200, "the document", Schema({{"type", "object"}})}},
                   .unmetered = true,
                   .handle = [keys](Call& call) {
                     const auto* signer = call.world.id_tokens();
                     if (signer == nullptr) return problem(404, "not_found", "Nobody signs tokens here.");
                     HttpAnswer answer{.content_type = "application/json",
                                       .body = keys ? signer->key_set() : signer->configuration()};
                     answer.set("Cache-Control", "public, max-age=3600");
                     return answer;
                   }});
  }
  all.push_back(open_page("/docs", "getDocs", "This API, to read", html, docs));
  all.push_back(open_page("/redoc", "getRedoc", "The same as /docs", html, docs));
  all.push_back(
      open_page("/setup", "getSetUpPage", "Make an account by a one-time link", html, fixed(pages::kSetup)));
  all.push_back(
      open_page("/invitation", "getInvitationPage", "The same as /setup", html, fixed(pages::kSetup)));
  all.push_back(open_page("/login", "getLoginPage", "Sign in", html, fixed(pages::kLogin)));
  all.push_back(open_page("/assets/postrider.css", "getStyle", "Style of the pages",
                          "text/css; charset=utf-8", fixed(pages::kStyle)));
  all.push_back(
      open_page("/assets/docs.js", "getDocsScript", "Script of /docs", script, fixed(pages::kDocsScript)));
  all.push_back(open_page("/assets/sign.js", "getSignScript", "Script of /setup and /login", script,
                          fixed(pages::kSignScript)));
  return all;
}

}  // namespace postrider
