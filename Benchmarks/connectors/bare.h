// What the yardsticks share: how long something took, and what it used of the processor.
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static double wall0, cpu0;

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static double cpu(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void begin(void) { wall0 = now(), cpu0 = cpu(); }

// Prints the seconds since `begin`, and those of the processor.
static void end(void) { printf("%.6f %.6f\n", now() - wall0, cpu() - cpu0); }
