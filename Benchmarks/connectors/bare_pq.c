// The yardstick of the PostgreSQL connector: the shortest loops over libpq that do the same.
//
// usage: bare_pq CONNECTION copy COUNT BATCH FILE     COPY of COUNT rows, a transaction for each BATCH
//        bare_pq CONNECTION rows COUNT FILE           an INSERT for each row, prepared, each a transaction
//        bare_pq CONNECTION claim COUNT BATCH         claims BATCH rows of bench_queue (SKIP LOCKED, a lease), deletes them
//        bare_pq CONNECTION find COUNT                a SELECT for each of COUNT keys, prepared, one after another
//        bare_pq CONNECTION wait 0                    until bench_queue is empty
//
// Rows go into bench_rows (id bigint, name text, total numeric, doc jsonb). Prints the seconds of it, and the processor's.
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bare.h"

static PGconn *db;

static void fail(const char *what) {
    fprintf(stderr, "bare_pq: %s: %s\n", what, db ? PQerrorMessage(db) : "");
    exit(1);
}

static void done(PGresult *result, ExecStatusType expected) {
    if (PQresultStatus(result) != expected) fail("refused");
    PQclear(result);
}

static char *body(const char *path) {
    static char text[1 << 16];
    FILE *file = fopen(path, "r");
    if (!file || fread(text, 1, sizeof text - 1, file) == 0) fail("no body");
    text[strcspn(text, "\n")] = 0;
    return text;
}

static void copy(long count, long batch, const char *text) {
    static char line[1 << 16];
    begin();
    for (long at = 0; at < count; at += batch) {
        done(PQexec(db, "begin"), PGRES_COMMAND_OK);
        done(PQexec(db, "copy bench_rows (id, name, total, doc) from stdin"), PGRES_COPY_IN);
        for (long row = at; row < at + batch && row < count; row++) {
            // The text holds nothing that COPY's form would have to escape.
            int length = snprintf(line, sizeof line, "%ld\tCustomer %ld\t12.50\t%s\n", row, row, text);
            if (PQputCopyData(db, line, length) != 1) fail("copying");
        }
        if (PQputCopyEnd(db, NULL) != 1) fail("copying");
        done(PQgetResult(db), PGRES_COMMAND_OK);
        if (PQgetResult(db)) fail("copying");
        done(PQexec(db, "commit"), PGRES_COMMAND_OK);
    }
    end();
}

static void rows(long count, const char *text) {
    done(PQprepare(db, "one", "insert into bench_rows (id, name, total, doc) values ($1, $2, $3, $4)", 0, NULL),
         PGRES_COMMAND_OK);
    begin();
    for (long row = 0; row < count; row++) {
        char id[24], name[40];
        snprintf(id, sizeof id, "%ld", row);
        snprintf(name, sizeof name, "Customer %ld", row);
        const char *values[] = {id, name, "12.50", text};
        done(PQexecPrepared(db, "one", 4, values, NULL, NULL, 0), PGRES_COMMAND_OK);
    }
    end();
}

static void claim(long count, const char *batch) {
    done(PQprepare(db, "claim",
                   "with due as (select id from bench_queue where due <= clock_timestamp() order by due, id limit $1 "
                   "for update skip locked) update bench_queue q set lease = gen_random_uuid(), due = clock_timestamp() "
                   "+ interval '5 minutes', receives = receives + 1 from due where q.id = due.id returning q.id, q.body",
                   0, NULL),
         PGRES_COMMAND_OK);
    done(PQprepare(db, "settle", "delete from bench_queue where id = any($1::bigint[])", 0, NULL), PGRES_COMMAND_OK);
    static char ids[1 << 16];
    long taken = 0;
    begin();
    while (taken < count) {
        const char *limit[] = {batch};
        PGresult *result = PQexecPrepared(db, "claim", 1, limit, NULL, NULL, 0);
        int found = PQntuples(result);
        if (found == 0) fail("the queue is empty");
        char *end_ = ids;
        for (int row = 0; row < found; row++)
            end_ += sprintf(end_, "%c%s", row == 0 ? '{' : ',', PQgetvalue(result, row, 0));
        strcpy(end_, "}");
        PQclear(result);
        const char *settled[] = {ids};
        done(PQexecPrepared(db, "settle", 1, settled, NULL, NULL, 0), PGRES_COMMAND_OK);
        taken += found;
    }
    end();
}

static void find(long count) {
    done(PQprepare(db, "find", "select id, name from bench_customers where id = $1", 0, NULL), PGRES_COMMAND_OK);
    begin();
    for (long row = 0; row < count; row++) {
        char id[24];
        snprintf(id, sizeof id, "%ld", row % 10000);
        const char *values[] = {id};
        PGresult *result = PQexecPrepared(db, "find", 1, values, NULL, NULL, 0);
        if (PQntuples(result) != 1) fail("no such row");
        PQclear(result);
    }
    end();
}

static void wait_until_empty(void) {
    struct timespec pause = {.tv_nsec = 10000000};
    for (;;) {
        PGresult *result = PQexec(db, "select from bench_queue limit 1");
        // The engine makes the table: until then it is not there.
        int isEmpty = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 0;
        PQclear(result);
        if (isEmpty) return;
        nanosleep(&pause, NULL);
    }
}

int main(int argc, char **argv) {
    if (argc < 4) fail("usage: see the first lines of bare_pq.c");
    db = PQconnectdb(argv[1]);
    if (PQstatus(db) != CONNECTION_OK) fail("no connection");
    long count = atol(argv[3]);
    if (!strcmp(argv[2], "copy") && argc == 6)
        copy(count, atol(argv[4]), body(argv[5]));
    else if (!strcmp(argv[2], "rows") && argc == 5)
        rows(count, body(argv[4]));
    else if (!strcmp(argv[2], "claim") && argc == 5)
        claim(count, argv[4]);
    else if (!strcmp(argv[2], "wait"))
        wait_until_empty();
    else if (!strcmp(argv[2], "find") && argc == 4)
        find(count);
    else
        fail("usage: see the first lines of bare_pq.c");
    PQfinish(db);
    return 0;
}
