"""A watch at a terminal: its screen, its keys, and the signals that end it."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grader.watch import keys
from grader.watch.screen import Screen
from grader.watch.session import Watch

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(watch: Watch, *, page: str = "") -> None:
    """Run a watch at the terminal, until a key, Ctrl-C or the end of the terminal ends it.

    `page` is the address of its page, where it has one.
    """
    has_keys = sys.stdout.isatty() and keys.are_there()
    screen = Screen(is_live=sys.stdout.isatty(), has_keys=has_keys, page=page)
    watch.subscribe(screen.show)
    functions = {"h": watch.hint, "s": watch.solution, "n": watch.next, "r": watch.rerun, "q": watch.quit}
    with contextlib.ExitStack() as open_until_the_end:
        pressed = open_until_the_end.enter_context(keys.Keys(functions, watch.quit)) if has_keys else None

        def come_back() -> None:
            if pressed is not None:
                pressed.resume()
            screen.forget()
            watch.tell_again()

        open_until_the_end.enter_context(_signals(watch.quit, come_back))
        watch.run()
    screen.end()


@contextmanager
def _signals(end: Callable[[], None], come_back: Callable[[], None]) -> Iterator[None]:
    """Call `end` on Ctrl-C, SIGTERM and the end of the terminal, unless somebody ignores them.

    Call `come_back` after a change of the terminal's size, and when the program goes on in it. No exception breaks off
    what runs, so that everything is ended in order, however often Ctrl-C is pressed.
    """
    handlers: dict[signal.Signals, Callable[[], None]] = dict.fromkeys(ENDING, end)
    handlers |= dict.fromkeys((signal.SIGWINCH, signal.SIGCONT), come_back)
    before = {}
    for number, do in handlers.items():
        if number not in ENDING or signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, lambda *_, do=do: do())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
