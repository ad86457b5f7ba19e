#include "app/server_status.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>

namespace postrider {

void tell_status(const ServerStatus& status, bool json, std::ostream& out) {
  const auto quarantine = status.quarantined_at ? format_rfc3339(*status.quarantined_at) : std::string();
  if (json) {
    out << boost::json::serialize(boost::json::object{{"running", true},
                                                      {"address", "http://" + status.address},
                                                      {"process", ::getpid()},
                                                      {"started", format_rfc3339(status.started)},
                                                      {"database", status.database},
                                                      {"mock", status.mock},
                                                      {"trouble", status.trouble},
                                                      {"quarantined_at", quarantine}})
        << "\n";
    return;
  }
  out << fmt::format("Serving on http://{} since {}, process {}.\nDatabase: {}\n", status.address,
                     format_rfc3339(status.started), ::getpid(), status.database);
  if (status.mock) out << "Mock mode: no mail server is ever contacted.\n";
  if (!status.trouble.empty()) out << "Nothing is sent: " << status.trouble << "\n";
  if (!quarantine.empty()) {
    out << "Nothing is sent: this database was restored from a backup of " << quarantine
        << ". `postrider resume --restored` lets it send.\n";
  }
}

}  // namespace postrider
