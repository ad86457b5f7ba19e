#include "app/call_doctor.h"

#include "actions/doctor.h"
#include "app/look_around.h"
#include "app/store_verb.h"
#include "app/verbs/finding_output.h"
#include "app/verbs/verbs.h"

namespace postrider {
namespace {

int tell(const Program& program, const DoctorSurroundings& around) {
  Output output(program.out, program.err, program.json, 0);
  return print_findings(output, examine_surroundings(around), false);
}

/// Why the verb could not be done on the database; nothing when it was, with its exit code in `code`.
std::optional<Error> try_on_database(const Program& program, const std::vector<std::string>& argv,
                                     int& code) {
  try {
    const auto done = call_store_verb(program, argv);
    if (!done) return done.error();
    code = *done;
    return std::nullopt;
  } catch (const std::exception& fault) {  // broken surroundings are what we are asked about
    return Error{Error::Kind::unavailable, "fault", fault.what()};
  }
}

}  // namespace

Result<int> call_doctor(const Program& program, const std::vector<std::string>& argv) {
  if (const auto explained = explain_store_verb(argv, program.out, program.err)) return *explained;
  const auto loaded = program.settings();
  if (loaded && !loaded->settings.remote.url.empty()) return call_store_verb(program, argv);
  const auto file = loaded ? program.database(loaded->settings) : Result<std::string>{};
  DoctorSurroundings around;
  if (!loaded || !file) {
    around.settings_wrong = (loaded ? file.error() : loaded.error()).message;
    return tell(program, around);
  }
  around = look_around(loaded->settings, loaded->warnings, *file);
  if (around.database_exists) {
    int code = 0;
    around.cannot_open = try_on_database(program, argv, code);
    if (!around.cannot_open) return code;
  }
  look_at_port(loaded->settings.listen(), around);
  const auto web = make_web_client();
  look_at_public_url(loaded->settings, *web, {}, around);
  look_at_alarms(loaded->settings, *web, SystemClock(), around);
  return tell(program, around);
}

}  // namespace postrider
