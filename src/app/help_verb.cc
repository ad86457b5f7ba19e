// help: all verbs at a glance; with --markdown every one of them in full, as in docs/shell.md.

#include <boost/json.hpp>
#include <ostream>

#include "app/program.h"
#include "app/verbs/verb_markdown.h"
#include "app/verbs/verbs.h"
#include "http/api.h"

namespace postrider {
namespace {

constexpr std::string_view kIntroduction = R"(# The shell

`postrider VERB …` does everything. `serve`, `demo`, `catch` and the other verbs of the program itself run where they are typed. The verbs
on the database (`mailbox`, `campaign`, `sheet`, `queue`, `uncertain`, `suppression`, `unsubscribe`, `bounce`, `template`, `account`, `key`, `audit`, `stats`, `doctor`, `backup`, `resume`)
go to the server that runs on it, by a Unix socket beside the database's file (mode 0600, its owner only), or work on the file themselves when no server
runs. They say the same either way.

- `--server URL --key-file F` (or `POSTRIDER_SERVER`, `POSTRIDER_KEY_FILE`) takes them to a server on another machine, by https and an API key
  (`postrider key create`): every verb says there what it says here, for the role that may do the same over the API. Files that a command line
  reads are sent along, those it writes come back; no name in it leads to a file of the server's. `status` works over there too.
- `--help` after any verb explains it; `--json` answers with JSON, errors included; `--database URL` names the database, else `DATABASE_URL`
  does. Both may stand anywhere in the line.
- Answers go to standard output, talk about them to standard error.
- Exit codes: **0** done · **1** the world said no (not found, wrong state, refused by a mail server) · **2** the command line or the input is
  wrong · **3** the system broke (disk, memory, database).
- A password never stands in a command line: it comes from `POSTRIDER_SMTP_PASSWORD` (mailboxes), `POSTRIDER_ACCOUNT_PASSWORD`
  (accounts), or is asked for; so do the secrets of OAuth, from `POSTRIDER_OAUTH_CLIENT_SECRET` and `POSTRIDER_OAUTH_REFRESH_TOKEN`.
- Times are RFC 3339; durations are `90s`, `5m`, `2h`, `5d`.

This page is made by `postrider help --markdown`.
)";

}  // namespace

void add_help_verb(Program& program, CLI::App& app) {
  auto markdown = std::make_shared<bool>(false);
  auto openapi = std::make_shared<bool>(false);
  auto* verb = app.add_subcommand("help", "Show all verbs");
  verb->add_flag("--markdown", *markdown, "Print docs/shell.md");
  verb->add_flag("--openapi", *openapi, "Print the REST API as an OpenAPI 3.1 document");
  verb->callback([&program, &app, markdown, openapi] {
    program.choose([&program, &app, markdown, openapi]() -> Result<int> {
      if (*openapi) {
        program.out << boost::json::serialize(openapi_document(api_operations(), POSTRIDER_VERSION)) << "\n";
        return 0;
      }
      if (!*markdown) {
        program.out << app.help();
        return 0;
      }
      program.out << kIntroduction;
      for (const auto* one : app.get_subcommands({}))
        program.out << verb_markdown(*one, "postrider " + one->get_name());
      program.out << store_verbs_markdown();
      return 0;
    });
  });
}

}  // namespace postrider
