"""The C library's heap, which must not grow with the number of visits. Nothing here does anything without glibc."""

import ctypes
import gc

# glibc gives each busy thread an arena, and arrays of a photo's size fragment all of them: what was freed in the
# middle of one stays with the process. Two arenas are enough for two cores, and arrays over a megabyte get pages of
# their own, which go back at once. What is free at the heap's end is kept until `give_back`: to ask for it again and
# again made pictures a third slower.
_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # from malloc.h
_SETTINGS = {_ARENA_MAX: 2, _MMAP_THRESHOLD: 1 << 20, _TRIM_THRESHOLD: 1 << 27}


def keep_small() -> None:
    """Make the heap keep little of what is freed; to be called before threads are started."""
    if tell := getattr(ctypes.CDLL(None), "mallopt", None):
        for setting, value in _SETTINGS.items():
            tell(setting, value)


def set_aside() -> None:
    """Take what is there by now, indexes of diseases above all, out of what the collector looks through.

    With it, each collection stopped all threads for a second, and for several when the machine was busy. What finished
    requests had at the last time is looked through once more: where it holds itself it would stay for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Give memory of finished requests back to the machine, also where they hold themselves."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
