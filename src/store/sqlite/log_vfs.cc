#include "store/sqlite/log_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <new>
#include <utility>

#include "base/check.h"

namespace postrider::sqlite {
namespace {

constexpr auto kName = "postrider-log";
constexpr int kMostKept = 0x1FFFF;  // what SQLite's layer for Unix writes in one call: 31 frames
                                    // of 4 KiB, and their headers

/// SQLite gives us plain memory: this, and behind it the file of its own layer.
struct LogFile {
  sqlite3_file base;
  char* kept;
  int size;             // of `kept`
  sqlite3_int64 begin;  // where it belongs
};
constexpr int kSizeOfOurs = (sizeof(LogFile) + 15) / 16 * 16;

LogFile& ours(sqlite3_file* file) {
  return *reinterpret_cast<LogFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kSizeOfOurs);
}

int write_kept(sqlite3_file* file) {
  auto& log = ours(file);
  if (log.size == 0) return SQLITE_OK;
  const int size = std::exchange(log.size, 0);
  return real(file)->pMethods->xWrite(real(file), log.kept, size, log.begin);
}

int write(sqlite3_file* file, const void* content, int size, sqlite3_int64 at) {
  auto& log = ours(file);
  if (at != log.begin + log.size || size > kMostKept - log.size) {
    if (const int code = write_kept(file); code != SQLITE_OK) return code;
    if (size > kMostKept) return real(file)->pMethods->xWrite(real(file), content, size, at);
    log.begin = at;
  }
  std::memcpy(log.kept + log.size, content, static_cast<std::size_t>(size));
  log.size += size;
  return SQLITE_OK;
}

/// The method of SQLite's layer, once all is written.
template <auto method, class... Arguments>
int after_writing(sqlite3_file* file, Arguments... arguments) {
  if (const int code = write_kept(file); code != SQLITE_OK) return code;
  return (real(file)->pMethods->*method)(real(file), arguments...);
}

/// The method of SQLite's layer, as it is.
template <auto method, class... Arguments>
int pass_on(sqlite3_file* file, Arguments... arguments) {
  return (real(file)->pMethods->*method)(real(file), arguments...);
}

int close(sqlite3_file* file) {
  const int written = write_kept(file);
  delete[] ours(file).kept;
  const int closed = real(file)->pMethods->xClose(real(file));
  return written != SQLITE_OK ? written : closed;
}

using Methods = sqlite3_io_methods;
constexpr Methods kMethods = {
    .iVersion = 1,  // no shared memory and no mapping: SQLite asks the database file for those
    .xClose = close,
    .xRead = after_writing<&Methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = write,
    .xTruncate = after_writing<&Methods::xTruncate, sqlite3_int64>,
    .xSync = after_writing<&Methods::xSync, int>,
    .xFileSize = after_writing<&Methods::xFileSize, sqlite3_int64*>,
    .xLock = pass_on<&Methods::xLock, int>,
    .xUnlock = pass_on<&Methods::xUnlock, int>,
    .xCheckReservedLock = pass_on<&Methods::xCheckReservedLock, int*>,
    .xFileControl = after_writing<&Methods::xFileControl, int, void*>,
    .xSectorSize = pass_on<&Methods::xSectorSize>,
    .xDeviceCharacteristics = pass_on<&Methods::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* root_of(sqlite3_vfs* vfs) {
  return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const root = root_of(vfs);
  if ((flags & SQLITE_OPEN_WAL) == 0) return root->xOpen(root, name, file, flags, out_flags);
  file->pMethods = nullptr;
  char* const kept = new (std::nothrow) char[kMostKept];
  if (kept == nullptr) return SQLITE_NOMEM;
  const int code = root->xOpen(root, name, real(file), flags, out_flags);
  if (code != SQLITE_OK) {
    delete[] kept;
    return code;
  }
  ours(file) = {.base = {.pMethods = &kMethods}, .kept = kept, .size = 0, .begin = 0};
  return SQLITE_OK;
}

/// SQLite's layer under another name; nothing but `open` is ours.
sqlite3_vfs make_vfs() {
  sqlite3_vfs* const root = sqlite3_vfs_find(nullptr);
  CHECK(root != nullptr);
  sqlite3_vfs vfs = *root;
  vfs.pNext = nullptr;
  vfs.zName = kName;
  vfs.szOsFile += kSizeOfOurs;
  vfs.pAppData = root;
  vfs.xOpen = open;
  return vfs;
}

}  // namespace

const char* log_vfs() {
  static sqlite3_vfs vfs = make_vfs();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  CHECK(registered == SQLITE_OK);
  return kName;
}

}  // namespace postrider::sqlite
