// Whether PUBLIC_URL leads to this server: links in mails begin with it, and nobody here would notice that
// they lead nowhere.

#include <fmt/format.h>

#include "actions/doctor_parts.h"
#include "actions/finding_sheet.h"

namespace postrider {
namespace {

constexpr auto kArea = "server";

/// "mail.example.org:8443" of a URL as parse_public_url gives it.
std::string authority_of(const std::string& url) {
  const auto rest = url.substr(url.find("://") + 3);
  return rest.substr(0, rest.find('/'));
}

std::string host_of(const std::string& url) {
  const auto authority = authority_of(url);
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

std::string with_port(const std::string& url) {
  const auto authority = authority_of(url);
  const bool has_port = authority.find(':', authority.find(']') + 1) != authority.npos;
  return has_port ? authority : authority + (url.starts_with("https") ? ":443" : ":80");
}

/// What a proxy says when there is nobody behind it.
bool is_empty_proxy(int status) {
  return status >= 502 && status <= 504;
}

void look_at_trouble(const DoctorSurroundings& around, FindingSheet& sheet) {
  const auto& found = *around.public_answer;
  const auto& [kind, code, message] = *found.trouble;
  if (code == "name_not_found") {
    sheet.fault(kArea, "PUBLIC_URL has a name that is not found, so links in mails lead nowhere.", message,
                "getent hosts " + host_of(found.url));
  } else if (code == "tls_failed") {
    sheet.fault(
        kArea, "PUBLIC_URL has no trusted encryption, so links in mails do not open.", message,
        fmt::format("openssl s_client -connect {} -servername {}", with_port(found.url), host_of(found.url)));
  } else if (code == "cannot_connect" || code == "timed_out") {
    if (!around.server_runs) {
      sheet.fine(kArea, "Nobody answers at PUBLIC_URL, nor does a server run.", message);
    } else {
      sheet.fault(kArea, "Nobody answers at PUBLIC_URL, so links in mails lead nowhere.",
                  fmt::format("{} This server answers at {}.", message, around.listen), "postrider status");
    }
  } else {
    sheet.fault(kArea, "Something else than this server answers at PUBLIC_URL.", message,
                "getent hosts " + host_of(found.url));
  }
}

}  // namespace

Findings examine_public_url(const DoctorSurroundings& around) {
  Findings all;
  FindingSheet sheet(all);
  if (!around.public_answer) return all;
  const auto& found = *around.public_answer;
  const auto status = fmt::format("GET {}/livez is answered {}", found.url, found.status);
  if (found.trouble) {
    look_at_trouble(around, sheet);
  } else if (!around.process.empty() && found.process == around.process) {
    sheet.fine(kArea, "PUBLIC_URL leads to this server.", found.url);
  } else if (!found.process.empty()) {
    sheet.fault(kArea, "Another Postrider answers at PUBLIC_URL, so links in mails lead to it.",
                fmt::format("{} by process {}; {}.", status, found.process,
                            around.process.empty() ? "none runs here" : "ours is " + around.process),
                "getent hosts " + host_of(found.url));
  } else if (is_empty_proxy(found.status) && !around.server_runs) {
    sheet.fine(kArea, "A proxy answers at PUBLIC_URL; no server runs behind it.", status + ".");
  } else if (is_empty_proxy(found.status)) {
    sheet.fault(kArea, "The proxy at PUBLIC_URL does not reach this server.",
                fmt::format("{}. This server answers at {}.", status, around.listen), "postrider status");
  } else {
    sheet.fault(kArea, "Something else than this server answers at PUBLIC_URL.",
                found.leads_to.empty() ? fmt::format("{}, and not by a Postrider.", status)
                                       : fmt::format("{}, which leads to {}.", status, found.leads_to),
                "getent hosts " + host_of(found.url));
  }
  return all;
}

}  // namespace postrider
