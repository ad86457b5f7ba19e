#include "app/server_parts.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace postrider {
namespace {

constexpr int kPortsToTry = 100;
constexpr rlim_t kFiles = 8192;

}  // namespace

void leave(int exit_code) {
  std::cout.flush();
  std::cerr.flush();
  ::_exit(exit_code);
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, kFiles);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void let_wakers_go_on() {
  const sched_param no_priority{};
  ::sched_setscheduler(0, SCHED_BATCH, &no_priority);
}

SmtpOptions smtp_options(const Settings& settings) {
  SmtpOptions options;
  options.our_name = settings.hello_name;
  options.ca_file = settings.ca_file;
  return options;
}

std::string storage_trouble(const Ledger& ledger, CampaignStore& store) {
  if (const auto trouble = ledger.trouble(); !trouble.empty()) return trouble;
  if (store.state().trouble.empty()) return {};
  try {
    store.set_meta("storage_tried", "");
    return {};
  } catch (const Fault& fault) {
    return fault.what();
  }
}

Result<ListenAddress> take_port(HttpServer& http, ListenAddress where, bool next_free_port) {
  auto taken = http.listen(where);
  for (int i = 0; i < kPortsToTry && next_free_port && !taken && taken.error().code == "address_in_use";
       ++i) {
    ++where.port;
    taken = http.listen(where);
  }
  return taken;
}

}  // namespace postrider
