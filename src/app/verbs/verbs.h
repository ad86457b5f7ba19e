#pragma once
// The store verbs: everything the command line can ask of a CampaignStore. One call parses the
// arguments, runs one verb and answers with the exit code:
//   0 done · 1 the world said no · 2 the command line or input is wrong · 3 the system broke
// Thread safe: nothing is shared between two calls but the context's store.

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/verbs/verb_context.h"

namespace postrider {

/// `argv` excludes the program's name; --json and --database may stand anywhere in it.
int run_store_verb(const std::vector<std::string>& argv, VerbContext& context);

/// "mailbox", "campaign", "queue", "uncertain", "suppression", "unsubscribe", "bounce", "template",
/// "account", "key", "audit", "stats", "doctor", "backup", "resume".
bool is_store_verb(std::string_view word);

/// The same with one line about each, for the program's own help.
std::vector<std::pair<std::string, std::string>> store_verbs();

/// Their part of docs/shell.md.
std::string store_verbs_markdown();

/// Help, and what is wrong with the arguments, are told without a store: if either is the case it is
/// printed and the exit code answered, else nothing. The client asks this before it opens anything.
std::optional<int> explain_store_verb(const std::vector<std::string>& argv, std::ostream& out,
                                      std::ostream& err);

/// "campaign list": the verb of a command line; empty when it cannot be read.
std::string verb_of(const std::vector<std::string>& argv);

/// The files that a command line names, as they are typed. `writes` also holds where rejected rows may go.
struct NamedFiles {
  std::vector<std::string> reads, writes;
};
NamedFiles files_of(const std::vector<std::string>& argv);

/// True when the verb takes a password that the client should ask for if the environment has none:
/// `mailbox add --user …`, `mailbox update --ask-password` and `account set-password`.
bool wants_password(const std::vector<std::string>& argv);

/// Which secrets of OAuth the verb takes, in the same way: `mailbox add` and `update` with --oauth-client-id
/// both, `mailbox update --ask-client-secret` and `--ask-refresh-token` one each.
struct OAuthWanted {
  bool client_secret = false, refresh_token = false;
};
OAuthWanted wanted_of_oauth(const std::vector<std::string>& argv);

/// True when the verb reads standard input, which the client takes and names by --file: `bounce read`
/// and `campaign received` without a file.
bool wants_input(const std::vector<std::string>& argv);

}  // namespace postrider
