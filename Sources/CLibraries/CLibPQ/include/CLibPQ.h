// libpq (apt: libpq-dev, at run time libpq5), loaded when it is first needed and never linked.
#ifndef CLIBPQ_H
#define CLIBPQ_H

#include <postgresql/libpq-fe.h>

/// Loads libpq.so.5 at the first call; no function of libpq may be called before this returned NULL.
///
/// Returns why it can't be loaded, as a text that lives for ever, or NULL. Any thread may call it.
const char *clibpq_load(void);

/// The same from a file of another name, which takes the place of the one that was loaded before only if it is whole.
const char *clibpq_load_from(const char *file);

/// Whole days until the certificate that the server showed expires, less than 0 where it has.
///
/// Returns 1 where it is known: over TLS, with OpenSSL.
int clibpq_days_left(PGconn *connection, int *days);

#endif
