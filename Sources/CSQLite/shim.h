#include <sqlite3.h>

/// SQLITE_TRANSIENT is a cast function pointer that Swift cannot import: SQLite copies what it binds.
static inline int ossgate_bind_text(sqlite3_stmt *s, int i, const char *v, int n) {
    return sqlite3_bind_text(s, i, v, n, SQLITE_TRANSIENT);
}
static inline int ossgate_bind_blob(sqlite3_stmt *s, int i, const void *v, int n) {
    return sqlite3_bind_blob(s, i, v, n, SQLITE_TRANSIENT);
}
