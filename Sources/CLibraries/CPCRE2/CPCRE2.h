// PCRE2 for UTF-8 text (apt: libpcre2-dev), linked as an archive so that a binary needs no library of the host.
#ifndef CPCRE2_H
#define CPCRE2_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#endif
