"""What a run waits for, as the main thread sees it."""

import threading

from grader.system.waits import Waits


def test_the_innermost_wait_counts_and_its_end_is_told():
    waits, told = Waits(), []
    waits.listener = lambda wait: told.append(wait and (wait.what, wait.at_most))

    with waits.named("outer"), waits.named("inner", 5):
        pass

    assert told == [("outer", None), ("inner", 5), ("outer", None), None]


def test_of_another_thread_only_what_the_main_thread_waits_for_is_told():
    waits, told, begun, go_on = Waits(), [], threading.Event(), threading.Event()
    waits.listener = lambda wait: told.append(wait and wait.what)

    def work():
        with waits.named("the client"):
            begun.set()
            go_on.wait(10)

    thread = threading.Thread(target=work, name="a result")
    thread.start()
    begun.wait(10)
    assert told == []
    with waits.named("a result that was begun", thread="a result"):
        go_on.set()
        thread.join()

    assert told == ["the client", "a result that was begun", None]
