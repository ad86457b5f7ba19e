#pragma once
// The pages there are before the page proper: setting up, signing in, and the API's description. Everything
// they load is here; nothing comes from elsewhere.

#include <string_view>

namespace postrider::pages {

extern const std::string_view kStyle;       ///< /assets/postrider.css
extern const std::string_view kDocsScript;  ///< /assets/docs.js
extern const std::string_view kSignScript;  ///< /assets/sign.js
extern const std::string_view kDocs;        ///< "DOCUMENT" stands where the OpenAPI document goes
extern const std::string_view kSetup;
extern const std::string_view kLogin;

}  // namespace postrider::pages
