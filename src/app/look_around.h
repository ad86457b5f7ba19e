#pragma once
// Looking around for the doctor: files, modes, disk, key, port and public URL of one installation, as this
// process sees them. Changes nothing. Does I/O; thread safe.

#include <string>
#include <vector>

#include "actions/doctor_surroundings.h"
#include "app/settings.h"
#include "base/clock.h"
#include "web/web_client.h"

namespace postrider {

/// Everything but where it listens, which is known by whoever asks.
DoctorSurroundings look_around(const Settings& settings, const std::vector<SettingWarning>& warnings,
                               const std::string& database_file);

/// Asks PUBLIC_URL, if it is set, who answers there, for five seconds at most. `process`: what a running
/// server of ours calls itself; empty: none runs.
void look_at_public_url(const Settings& settings, WebClient& web, const std::string& process,
                        DoctorSurroundings& around);

/// Asks the queue elsewhere that rings for us, if there is one, and where it rings, for some seconds.
void look_at_alarms(const Settings& settings, WebClient& web, const Clock& clock, DoctorSurroundings& around);

/// For when no server of ours runs: whether `listen` could be taken.
void look_at_port(const std::string& listen, DoctorSurroundings& around);

}  // namespace postrider
