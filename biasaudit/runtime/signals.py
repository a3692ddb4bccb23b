"""A run that is asked to end does so: cleanly where it can, and in any case within two seconds.

Python hears of a signal only between two of its own steps, and a pool of workers may be waited for with a lock in hand.
The system, though, writes the signal's number into a pipe at once, and a thread that reads there sees to the rest.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

GRACE = 1.5
"""Seconds that a clean ending may take."""


def end_when_asked() -> None:
    """SIGINT raises KeyboardInterrupt and SIGTERM SystemExit(143); whatever still runs `GRACE` seconds later is killed.

    To be called once, in the main thread of a program of its own: it takes over the process's signals.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reader,), daemon=True, name="ending").start()


def _watch(reader: int) -> None:
    while number := os.read(reader, 1):
        if number[0] in (signal.SIGINT, signal.SIGTERM):
            time.sleep(GRACE)
            workers = sys.modules.get("multiprocessing")  # never imported: there are none
            for worker in workers.active_children() if workers else ():
                worker.kill()
            os._exit(128 + number[0])
