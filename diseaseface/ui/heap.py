"""The C library's heap, which must not grow with the number of visits. Nothing here does anything without glibc."""

import ctypes
import gc

# glibc gives each busy thread an arena, and arrays of a photo's size fragment all of them: what was freed in the
# middle of one stays with the process. Two arenas are enough for two cores, and arrays over a megabyte get pages of
# their own, which go back at once.
_ARENA_MAX, _ARENAS = -8, 2  # from malloc.h
_MMAP_THRESHOLD, _OWN_PAGES_BYTES = -3, 1 << 20


def keep_small() -> None:
    """Make the heap keep little of what is freed; to be called before threads are started."""
    if tell := getattr(ctypes.CDLL(None), "mallopt", None):
        tell(_ARENA_MAX, _ARENAS)
        tell(_MMAP_THRESHOLD, _OWN_PAGES_BYTES)


def give_back() -> None:
    """Give memory of finished requests back to the machine, also where they hold themselves."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
