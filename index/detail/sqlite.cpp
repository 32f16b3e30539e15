#include "index/detail/sqlite.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "core/error.h"

namespace hindsight::index::detail {
namespace {

constexpr int kBusyTimeoutMs = 5'000;

bool is_out_of_space(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

[[noreturn]] void raise(ErrorCode code, std::string_view path, std::string_view sentence_end) {
  throw Error(code, fmt::format("the token cache '{}' {}", path, sentence_end));
}

/// Turns SQLite's code into our sentence.
[[noreturn]] void raise(sqlite3* database, int code, std::string_view path) {
  // SQLite forgets the reason when COMMIT fails; errno is set to 0 before every call that may
  // write.
  const int own_error = errno;
  const int known_error = database ? sqlite3_system_errno(database) : 0;
  const int system_error = known_error ? known_error : own_error;
  const std::string reason = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      raise(
          ErrorCode::store,
          path,
          fmt::format("is damaged ({}); restore a copy, or ingest again into a new file", reason));
    case SQLITE_FULL:
      break;
    case SQLITE_IOERR:
      if (is_out_of_space(system_error)) break;
      raise(ErrorCode::store,
            path,
            fmt::format("cannot be read or written: {}{}",
                        reason,
                        system_error ? fmt::format(" ({})", std::strerror(system_error)) : ""));
    case SQLITE_READONLY:
    case SQLITE_PERM:
      raise(ErrorCode::store,
            path,
            "cannot be written: the file or its folder is read-only; choose another --store or "
            "change the permissions");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      raise(ErrorCode::store, path, "is held by another program; try again when that has ended");
    case SQLITE_CANTOPEN:
      raise(
          ErrorCode::store,
          path,
          fmt::format("cannot be opened: {}", system_error ? std::strerror(system_error) : reason));
    default:
      raise(ErrorCode::internal,
            path,
            fmt::format("refused a statement: {} (code {})", reason, code));
  }
  raise(ErrorCode::store,
        path,
        "cannot grow: the disk is full; free some space and give the command again, what was "
        "committed is kept");
}

[[noreturn]] void raise(sqlite3* database) {
  const char* path = sqlite3_db_filename(database, "main");
  raise(database, sqlite3_extended_errcode(database), path ? path : "");
}

/// What a writer makes before it changes a file that `database` takes for frozen; else empty.
std::string writers_mark(sqlite3* database) {
  const char* path = sqlite3_db_filename(database, "main");
  if (!path || !sqlite3_uri_boolean(path, "immutable", 0)) return "";
  return std::string(path) + "-shm";
}

/// `path` as an SQLite URI, so that query parameters can follow.
std::string to_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, std::string_view sql)
    : database_(database), writers_mark_(writers_mark(database)) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &raw, nullptr) !=
      SQLITE_OK) {
    raise(database);
  }
  statement_.reset(raw);
}

bool Statement::step() {
  errno = 0;
  const int code = sqlite3_step(statement_.get());
  // After the step: what it read was whole if nobody writes even now.
  if (!writers_mark_.empty() && access(writers_mark_.c_str(), F_OK) == 0) {
    raise(ErrorCode::store,
          sqlite3_db_filename(database_, "main"),
          "is being written since it was opened; give the command again");
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) raise(database_);
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const auto bytes = blob(column);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (!data && sqlite3_errcode(database_) == SQLITE_NOMEM) throw std::bad_alloc();
  return {static_cast<const std::byte*>(data), data ? static_cast<std::size_t>(size) : 0};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::reset() {
  // The result repeats the last step's error, which has been reported.
  sqlite3_reset(statement_.get());
}

void Statement::bind_one(int position, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), position, value) != SQLITE_OK) raise(database_);
}

void Statement::bind_one(int position, double value) {
  if (sqlite3_bind_double(statement_.get(), position, value) != SQLITE_OK) raise(database_);
}

void Statement::bind_one(int position, std::string_view value) {
  const char* data = value.data() ? value.data() : "";
  if (sqlite3_bind_text64(
          statement_.get(), position, data, value.size(), SQLITE_STATIC, SQLITE_UTF8) !=
      SQLITE_OK) {
    raise(database_);
  }
}

void Statement::bind_one(int position, std::span<const std::byte> value) {
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  if (sqlite3_bind_blob64(statement_.get(), position, data, value.size(), SQLITE_STATIC) !=
      SQLITE_OK) {
    raise(database_);
  }
}

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Database::Database(const std::string& path, Access access) {
  std::string uri = to_uri(path);
  int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (access) {
    case Access::read:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case Access::write:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case Access::create:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
    case Access::read_frozen:
      flags |= SQLITE_OPEN_READONLY;
      uri += "?immutable=1";
      break;
  }
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(uri.c_str(), &raw, flags, nullptr);
  database_.reset(raw);  // SQLite gives a handle even when it fails
  if (code != SQLITE_OK) raise(raw, code, path);
  // SQLite opens a file that it may not write for reading; we asked for more.
  if ((flags & SQLITE_OPEN_READWRITE) && sqlite3_db_readonly(raw, "main") == 1) {
    raise(raw, SQLITE_READONLY, path);
  }
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
}

void Database::execute(const std::string& sql) {
  errno = 0;
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    raise(database_.get());
  }
}

std::int64_t Database::integer(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(database_.get()); }

std::int64_t Database::num_changes() const { return sqlite3_changes64(database_.get()); }

void Database::checkpoint_on_close(bool enabled) {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, enabled ? 0 : 1, nullptr);
}

void Database::keep_shared_files() {
  int enabled = 1;
  sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &enabled);
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  database_.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite has already rolled back by itself (full disk, I/O error): there is nothing left to
    // undo.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

std::string read_head(const std::string& path, int num_bytes) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  const std::unique_ptr<char, void (*)(sqlite3_filename)> name(
      const_cast<char*>(sqlite3_create_filename(path.c_str(), "", "", 0, nullptr)),
      sqlite3_free_filename);
  const std::unique_ptr<sqlite3_file, void (*)(void*)> file(
      static_cast<sqlite3_file*>(std::calloc(1, static_cast<std::size_t>(vfs->szOsFile))),
      std::free);
  if (!name || !file) throw std::bad_alloc();
  if (vfs->xOpen(
          vfs, name.get(), file.get(), SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, nullptr) !=
      SQLITE_OK) {
    raise(ErrorCode::store, path, fmt::format("cannot be opened: {}", std::strerror(errno)));
  }
  sqlite3_int64 size = 0;
  file->pMethods->xFileSize(file.get(), &size);
  std::string head(static_cast<std::size_t>(std::min<sqlite3_int64>(size, num_bytes)), '\0');
  const int code = file->pMethods->xRead(file.get(), head.data(), static_cast<int>(head.size()), 0);
  file->pMethods->xClose(file.get());
  if (code != SQLITE_OK) raise(nullptr, code, path);
  return head;
}

}  // namespace hindsight::index::detail
