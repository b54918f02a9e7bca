/* A promise's figure in one line, as benches/proof.py finds it. */
#ifndef YTCLIPPER_PROOF_H
#define YTCLIPPER_PROOF_H

#include <stdio.h>

/* Prints what was found and what should have been; 0 where that is the same, else 1. */
static inline int tell(int promise, const char *found, const char *bar, int kept)
{
    printf("promise %d: %s (bar: %s)  %s\n", promise, found, bar, kept ? "ok" : "MISSED");
    fflush(stdout);
    return !kept;
}

#endif
