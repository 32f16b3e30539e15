// SQLite as values with owners.  Every failure becomes a hindsight::Error whose sentence names the
// file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace hindsight::index::detail {

/// A prepared statement.  Columns and parameters count from 0 and 1, as in SQLite.
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);

  /// Binds ?1, ?2, ... and makes the statement ready to run (again).  Texts and blobs are borrowed
  /// until the next bind() or the end of the statement.
  template <class... Args>
  Statement& bind(const Args&... args) {
    reset();
    int position = 0;
    (bind_one(++position, args), ...);
    return *this;
  }

  /// True while there is a row.
  bool step();
  /// Runs a statement that gives no rows.
  void run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] int small(int column) const { return static_cast<int>(integer(column)); }
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;
  /// Valid until the next step() or bind().
  [[nodiscard]] std::span<const std::byte> blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  void reset();
  void bind_one(int position, std::int64_t value);
  void bind_one(int position, double value);
  void bind_one(int position, std::string_view value);
  void bind_one(int position, std::span<const std::byte> value);
  template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void bind_one(int position, T value) {
    bind_one(position, static_cast<std::int64_t>(value));
  }

  sqlite3* database_;
  std::string writers_mark_;  ///< a file that tells of a writer; empty: writers are welcome
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class Access {
  read,
  write,       ///< the file must exist
  create,      ///< the file is made if missing
  read_frozen  ///< read a file that nobody has open for writing: no locks, no files beside it;
               ///< once somebody has, every step throws Error(store)
};

/// One connection.  Not thread-safe.
class Database {
 public:
  Database(const std::string& path, Access access);

  [[nodiscard]] Statement prepare(std::string_view sql) const { return {database_.get(), sql}; }
  /// Runs one or more statements and drops their rows.
  void execute(const std::string& sql);
  /// The first column of the first row; 0 when there is none.
  [[nodiscard]] std::int64_t integer(std::string_view sql) const;
  [[nodiscard]] std::int64_t last_insert_id() const;
  /// Rows changed by the last statement.
  [[nodiscard]] std::int64_t num_changes() const;
  /// Whether closing the last connection moves the write-ahead log into the file.
  void checkpoint_on_close(bool enabled);
  /// Leaves the files that connections share when the last one closes: who may not make them can
  /// then read beside a writer.
  void keep_shared_files();

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

/// Begins on construction; rolls back unless committed.
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// The first bytes of a file, read without disturbing the locks of other connections of this
/// process to it: closing a descriptor of our own would drop them (POSIX).  Shorter when the file
/// is.
[[nodiscard]] std::string read_head(const std::string& path, int num_bytes);

}  // namespace hindsight::index::detail
