#pragma once
// log_vfs: SQLite's own file system layer, with the write-ahead log's writes gathered. SQLite writes a log
// frame in two calls, its header of 24 octets and its page, so a commit of a dozen pages is two dozen
// system calls. Here what is written end to end is kept and leaves in one call: when SQLite syncs the log,
// which it does in every commit (synchronous = FULL) before anybody else is told of the new frames, and
// before whatever else looks at the file or changes it: read, size, cut, control, close. So
//
// - readers, which open the file on their own, never look for a frame that is still kept: the index they go
//   by is written after the sync, and frames of an unfinished transaction are looked at by nobody else;
// - a checkpoint syncs the log, and reads it through this file, before it touches the database;
// - a write that fails (full disk) fails the sync, which rolls the transaction back as a failed write does,
//   and what was kept is forgotten: SQLite writes the frames of its next transaction over it. A failed sync
//   itself is reported as ever.
//
// All other files are opened by SQLite's layer directly. One connection uses one log file, a call at a time.

namespace postrider::sqlite {

/// Its name, for sqlite3_open_v2; registered with the first call.
const char* log_vfs();

}  // namespace postrider::sqlite
