// Counts what is asked of malloc: linked into an executable, these stand before the C library's own.
#pragma once

// Number of allocations of this process so far.
long allocations_so_far(void);
