#include "drivers/ports/sqlite_connection.hpp"

namespace hearth {

bool sqlite_rows::next() {
  if (code_ != SQLITE_OK) return false;
  const auto step = sqlite3_step(statement_);
  if (step == SQLITE_ROW) return true;
  if (step != SQLITE_DONE) code_ = step;
  return false;
}

std::uint64_t sqlite_rows::number(int column) const {
  return static_cast<std::uint64_t>(integer(column));
}

std::int64_t sqlite_rows::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string sqlite_rows::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes != nullptr ? std::string{bytes, size} : std::string{};
}

bool sqlite_rows::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

sqlite_query::sqlite_query(sqlite3* db, std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  prepared_ = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                 SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  statement_.reset(raw);
}

int sqlite_query::bind(int place, std::uint64_t value) {
  return bind(place, static_cast<std::int64_t>(value));
}

int sqlite_query::bind(int place, std::int64_t value) {
  return sqlite3_bind_int64(statement_.get(), place, value);
}

int sqlite_query::bind(int place, const std::string& text) {
  return sqlite3_bind_text64(statement_.get(), place, text.data(), text.size(), SQLITE_STATIC,
                             SQLITE_UTF8);
}

int sqlite_query::bind(int place, std::optional<std::int64_t> value) {
  return value ? bind(place, *value) : sqlite3_bind_null(statement_.get(), place);
}

int sqlite_query::bind(int place, std::span<const char> bytes) {
  if (bytes.empty()) return sqlite3_bind_zeroblob(statement_.get(), place, 0);
  return sqlite3_bind_blob64(statement_.get(), place, bytes.data(), bytes.size(), SQLITE_STATIC);
}

int run(sqlite3* db, const std::string& sql) {
  return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
}

int read_number(sqlite3* db, const std::string& sql, std::uint64_t& out) {
  auto query = sqlite_query{db, sql};
  auto rows = query.rows();
  if (rows.next()) out = rows.number(0);
  return rows.code();
}

int write_file(sqlite3_file* file, std::string_view bytes, std::int64_t at) {
  constexpr auto piece = std::size_t{32 * 1024};
  auto code = SQLITE_OK;
  for (; code == SQLITE_OK && !bytes.empty(); at += static_cast<std::int64_t>(piece)) {
    const auto now = bytes.substr(0, piece);
    code = file->pMethods->xWrite(file, now.data(), static_cast<int>(now.size()), at);
    bytes.remove_prefix(now.size());
  }
  return code;
}

int lengthen_file(sqlite3_file* file, std::int64_t to) {
  if (file == nullptr || file->pMethods == nullptr) return SQLITE_IOERR;
  auto size = sqlite3_int64{0};
  auto code = file->pMethods->xFileSize(file, &size);
  if (code != SQLITE_OK || size >= to) return code;
  code = write_file(file, std::string(static_cast<std::size_t>(to - size), '\0'), size);
  return code == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : code;
}

bool means_damage(int code) {
  // The statements are always the same: one that does not fit met another schema than was written.
  const auto primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR ||
         primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_SCHEMA;
}

fault sqlite_fault(sqlite3* db, int code, const std::string& file) {
  const auto primary = code & 0xff;
  const auto why =
      " (" +
      std::string{db != nullptr && sqlite3_errcode(db) == primary ? sqlite3_errmsg(db)
                                                                  : sqlite3_errstr(code)} +
      ")";
  if (means_damage(code)) return {fault_code::malformed, file + " is damaged" + why};
  if (primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN || primary == SQLITE_PERM)
    return {fault_code::permission, file + " cannot be opened or written" + why +
                                        "; its folder must belong to the user scada runs as"};
  if (primary == SQLITE_FULL)
    return {fault_code::overflow, file + ": the disk is full" + why + "; free some space"};
  return {fault_code::io, file + ": the disk does not do as it is told" + why};
}

}  // namespace hearth
