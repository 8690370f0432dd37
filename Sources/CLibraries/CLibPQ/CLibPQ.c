#include "CLibPQ.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// Every function that the client calls: type, name, parameters, arguments. The compiler checks each against libpq-fe.h.
#define FUNCTIONS(X)                                                                                                   \
    X(PGconn *, PQconnectStartParams, (const char *const *k, const char *const *v, int expand), (k, v, expand))        \
    X(PostgresPollingStatusType, PQconnectPoll, (PGconn * c), (c))                                                     \
    X(ConnStatusType, PQstatus, (const PGconn *c), (c))                                                                \
    X(void, PQfinish, (PGconn * c), (c))                                                                               \
    X(int, PQsocket, (const PGconn *c), (c))                                                                           \
    X(char *, PQuser, (const PGconn *c), (c))                                                                          \
    X(char *, PQhost, (const PGconn *c), (c))                                                                          \
    X(char *, PQport, (const PGconn *c), (c))                                                                          \
    X(char *, PQhostaddr, (const PGconn *c), (c))                                                                      \
    X(char *, PQerrorMessage, (const PGconn *c), (c))                                                                  \
    X(int, PQserverVersion, (const PGconn *c), (c))                                                                    \
    X(int, PQbackendPID, (const PGconn *c), (c))                                                                       \
    X(int, PQconnectionUsedPassword, (const PGconn *c), (c))                                                           \
    X(PGTransactionStatusType, PQtransactionStatus, (const PGconn *c), (c))                                            \
    X(const char *, PQsslAttribute, (PGconn * c, const char *name), (c, name))                                         \
    X(void *, PQsslStruct, (PGconn * c, const char *name), (c, name))                                                  \
    X(PGVerbosity, PQsetErrorVerbosity, (PGconn * c, PGVerbosity v), (c, v))                                           \
    X(PQnoticeReceiver, PQsetNoticeReceiver, (PGconn * c, PQnoticeReceiver r, void *a), (c, r, a))                     \
    X(PQconninfoOption *, PQconninfoParse, (const char *text, char **error), (text, error))                            \
    X(void, PQconninfoFree, (PQconninfoOption * o), (o))                                                               \
    X(int, PQsetnonblocking, (PGconn * c, int on), (c, on))                                                            \
    X(int, PQsendQuery, (PGconn * c, const char *text), (c, text))                                                     \
    X(int, PQsendQueryParams,                                                                                          \
      (PGconn * c, const char *text, int n, const Oid *t, const char *const *v, const int *l, const int *f, int r),    \
      (c, text, n, t, v, l, f, r))                                                                                     \
    X(int, PQsendPrepare, (PGconn * c, const char *name, const char *text, int n, const Oid *t), (c, name, text, n, t))\
    X(int, PQsendDescribePrepared, (PGconn * c, const char *name), (c, name))                                          \
    X(int, PQsendQueryPrepared,                                                                                        \
      (PGconn * c, const char *name, int n, const char *const *v, const int *l, const int *f, int r),                  \
      (c, name, n, v, l, f, r))                                                                                        \
    X(int, PQenterPipelineMode, (PGconn * c), (c))                                                                     \
    X(int, PQexitPipelineMode, (PGconn * c), (c))                                                                      \
    X(int, PQpipelineSync, (PGconn * c), (c))                                                                          \
    X(PGresult *, PQgetResult, (PGconn * c), (c))                                                                      \
    X(int, PQisBusy, (PGconn * c), (c))                                                                                \
    X(int, PQconsumeInput, (PGconn * c), (c))                                                                          \
    X(int, PQflush, (PGconn * c), (c))                                                                                 \
    X(PGnotify *, PQnotifies, (PGconn * c), (c))                                                                       \
    X(int, PQputCopyData, (PGconn * c, const char *bytes, int n), (c, bytes, n))                                       \
    X(int, PQputCopyEnd, (PGconn * c, const char *error), (c, error))                                                  \
    X(PGcancel *, PQgetCancel, (PGconn * c), (c))                                                                      \
    X(void, PQfreeCancel, (PGcancel * c), (c))                                                                         \
    X(int, PQcancel, (PGcancel * c, char *error, int n), (c, error, n))                                                \
    X(ExecStatusType, PQresultStatus, (const PGresult *r), (r))                                                        \
    X(char *, PQresultErrorMessage, (const PGresult *r), (r))                                                          \
    X(char *, PQresultErrorField, (const PGresult *r, int field), (r, field))                                          \
    X(int, PQntuples, (const PGresult *r), (r))                                                                        \
    X(int, PQnfields, (const PGresult *r), (r))                                                                        \
    X(char *, PQfname, (const PGresult *r, int column), (r, column))                                                   \
    X(Oid, PQftype, (const PGresult *r, int column), (r, column))                                                      \
    X(char *, PQcmdTuples, (PGresult * r), (r))                                                                        \
    X(char *, PQgetvalue, (const PGresult *r, int row, int column), (r, row, column))                                  \
    X(int, PQgetlength, (const PGresult *r, int row, int column), (r, row, column))                                    \
    X(int, PQgetisnull, (const PGresult *r, int row, int column), (r, row, column))                                    \
    X(int, PQnparams, (const PGresult *r), (r))                                                                        \
    X(Oid, PQparamtype, (const PGresult *r, int parameter), (r, parameter))                                            \
    X(void, PQclear, (PGresult * r), (r))                                                                              \
    X(void, PQfreemem, (void *memory), (memory))

static struct {
#define MEMBER(type, name, parameters, arguments) __typeof__(name) *name;
    FUNCTIONS(MEMBER)
} loaded;

// Under the library's own names, but hidden: the library itself, and others that use it, never see these.
#define FORWARD(type, name, parameters, arguments)                                                                     \
    __attribute__((visibility("hidden"))) type name parameters { return loaded.name arguments; }
FUNCTIONS(FORWARD)

// The little of OpenSSL that libpq does not hand through, from the library that libpq itself uses; NULL where it uses
// another one. Its functions have had these names since OpenSSL 3.0.
static struct {
    void *(*SSL_get1_peer_certificate)(const void *ssl);
    void (*X509_free)(void *certificate);
    const void *(*X509_get0_notAfter)(const void *certificate);
    int (*ASN1_TIME_diff)(int *days, int *seconds, const void *from, const void *to);
} openssl;

int clibpq_days_left(PGconn *connection, int *days)
{
    void *ssl = PQsslStruct(connection, "OpenSSL");
    if (!ssl || !openssl.SSL_get1_peer_certificate || !openssl.X509_free || !openssl.X509_get0_notAfter ||
        !openssl.ASN1_TIME_diff)
        return 0;
    void *certificate = openssl.SSL_get1_peer_certificate(ssl);
    if (!certificate) return 0;
    int seconds = 0;
    int is_known = openssl.ASN1_TIME_diff(days, &seconds, NULL, openssl.X509_get0_notAfter(certificate));
    if (*days == 0 && seconds < 0) *days = -1;
    openssl.X509_free(certificate);
    return is_known;
}

static char reason[512];
static const char *outcome;
static pthread_once_t once = PTHREAD_ONCE_INIT;

const char *clibpq_load_from(const char *file)
{
    __typeof__(loaded) found;
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(reason, sizeof reason, "%s", dlerror());
        return reason;
    }
#define LOAD(type, name, parameters, arguments)                                                                        \
    if (!(*(void **)&found.name = dlsym(library, #name))) {                                                            \
        snprintf(reason, sizeof reason, "%s has no %s", file, #name);                                                  \
        dlclose(library);                                                                                              \
        return reason;                                                                                                 \
    }
    FUNCTIONS(LOAD)
    loaded = found;
#define FIND(name) *(void **)&openssl.name = dlsym(library, #name);
    FIND(SSL_get1_peer_certificate)
    FIND(X509_free)
    FIND(X509_get0_notAfter)
    FIND(ASN1_TIME_diff)
    return NULL;
}

static void load_once(void) { outcome = clibpq_load_from("libpq.so.5"); }

const char *clibpq_load(void)
{
    pthread_once(&once, load_once);
    return outcome;
}
