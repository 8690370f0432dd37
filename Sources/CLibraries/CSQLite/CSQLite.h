// SQLite (apt: libsqlite3-dev), linked as an archive so that a binary needs no library of the host.
#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

#endif
