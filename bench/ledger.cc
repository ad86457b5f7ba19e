// What the store costs for each email, alone: no loop, no sockets, one thread. A campaign is imported and
// sent by a crew that says the words of full flow, GROUP emails a transaction: the outcome of some, the
// intent of as many others, and a claim for the places that became free.
//
//   ledger_bench DIRECTORY [EMAILS] [GROUP]
//
// Prints processor time for each email; under `valgrind --tool=callgrind` the instructions, which no
// other program on the machine can change.

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <sstream>

#include "store/sqlite/sqlite_store.h"

namespace {

using namespace postrider;

CampaignId start_campaign(CampaignStore& nouns, int emails, int sessions) {
  Mailbox mailbox{
      .name = "bench", .from = "bench@example.com", .host = "127.0.0.1", .port = 25, .tls = Tls::none};
  mailbox.cap_24h = 0;
  mailbox.sessions = sessions;
  Campaign draft{.name = "bench",
                 .subject = "To {{ name }}",
                 .message = "Dear {{ name }}",
                 .mailboxes = {*nouns.add_mailbox(mailbox)}};
  draft.queue = nouns.queues().front().id;
  const auto id = *nouns.create_campaign(draft);
  std::stringstream csv;
  csv << "email,name\n";
  for (int n = 0; n < emails; ++n) csv << "person" << n << "@example.com,Person " << n << '\n';
  auto source = make_csv_source(csv, "list.csv");
  (void)nouns.import(id, *source, {.email = 0, .name = 1}, 0, [](const Reject&) {});
  (void)nouns.start(id, std::nullopt, {});
  return id;
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: ledger_bench DIRECTORY [EMAILS] [GROUP]\n");
    return 64;
  }
  const int emails = argc > 2 ? std::atoi(argv[2]) : 50'000;
  const int group = argc > 3 ? std::atoi(argv[3]) : 20;
  const auto file = std::filesystem::path(argv[1]) / "ledger_bench.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  SystemClock clock;
  const auto store = std::move(*SqliteStore::open(file.string(), clock));
  auto& tasks = store->tasks();
  start_campaign(store->campaigns(), emails, 50);
  const CrewId crew = tasks.join();

  std::deque<ClaimedTask> offered;  // their envelopes are out
  std::deque<ClaimedTask> dotted;   // their bodies are out
  std::vector<ClaimedTask> plans;
  std::vector<Entry> entries;
  int places = 500, sent = 0, transactions = 0;
  const double began = cpu_seconds();
  while (sent < emails) {
    entries.clear();
    const auto take = [&](std::deque<ClaimedTask>& from) {
      auto task = std::move(from.front());
      from.pop_front();
      return task;
    };
    for (int n = 0; n < group && !dotted.empty(); ++n, ++places, ++sent) {
      const auto task = take(dotted);
      entries.emplace_back(Record{crew,
                                  task.id,
                                  task.attempt,
                                  {.disposition = Disposition::delivered,
                                   .stage = "dot",
                                   .code = 250,
                                   .enhanced = "2.0.0",
                                   .text = "2.0.0 Ok"}});
    }
    for (int n = 0; n < group && !offered.empty(); ++n) {
      dotted.push_back(take(offered));
      entries.emplace_back(Intend{crew, dotted.back().id, dotted.back().attempt});
    }
    for (const auto& task : std::exchange(plans, {}))
      entries.emplace_back(PlanStep{crew, task.id, task.attempt});
    entries.emplace_back(Claim{crew, places});
    const auto results = tasks.apply(entries);
    ++transactions;
    for (auto task : std::get<Claimed>(results.back()).tasks) {
      if (task.kind == TaskKind::plan) {
        plans.push_back(std::move(task));
      } else {
        offered.push_back(std::move(task));
        --places;
      }
    }
  }
  const double took = cpu_seconds() - began;
  std::printf("%d emails in %d transactions: %.1f us of CPU for each email\n", emails, transactions,
              1e6 * took / emails);
}
