# %% [markdown]
# # 3. Server or database?
#
# Four chat servers are slow. Each has another ailment, and from outside they look alike: pages come late. Graphs of
# what happens to move together don't tell them apart. So this notebook changes *one thing at a time*, and looks
# whether the latency follows. That is an intervention, and it proves what a correlation only suggests.
#
# **Guess first.** The four ailments are: a query for the author of *each* message; a sort of *all* messages for each
# page; a lock that every request holds for a few milliseconds; a neighbour, another program that is asked for each page
# and takes its time. Write your guesses down.
#
# 1. Which of them become slower when there are more messages? When a page is longer?
# 2. Which of them answer eight clients eight times as fast as one?
# 3. Another program locks the database for 400 ms. Of which of them do *reads* become slower?
#
# It takes about three minutes. All four are [one small program](servers/ailing/server.py) with a switch.

# %%
import time
from contextlib import nullcontext
from statistics import median

from support import style
from support.lab import Lab, pick

from grader.load.figures import take
from grader.load.intervene import intervene
from grader.load.server_timing import database_ms
from grader.load.workloads import READ, reads

MY_PROJECT = ""

style.use()
lab = Lab()
AILMENTS = {
    "author_each": "asks for each author",
    "sorts_all": "sorts all messages",
    "lock": "holds a lock",
    "neighbour": "waits for a neighbour",
}
ROWS, LIMITS, CLIENTS = (500, 4000, 32000), (10, 50, 250), (1, 2, 4, 8, 16)
LOCKED = 0.4

# %% [markdown]
# ## Two inputs: how many messages there are, and how many are shown
#
# One client asks for a page, again and again, in three rounds. The number in each field is the middle of its latencies,
# in the round in which other programs disturbed least.

# %%
bench = lab.bench("ailing")
batches = {}
for ailment in AILMENTS:
    started = {
        rows: bench.start(messages=0, env={"AILMENT": ailment, "ROWS": str(rows)}) for rows in pick(ROWS, ROWS[::2])
    }
    for _ in range(pick(3, 2)):
        for rows, service in started.items():
            for limit in pick(LIMITS, LIMITS[::2]):
                batch = take(bench.load(service), reads(limit), seconds=pick(0.5, 0.3))
                batches.setdefault((ailment, rows, limit), []).append(batch.p50_ms)
    for service in started.values():
        service.kill()
p50 = {cell: min(values) for cell, values in batches.items()}
for ailment, name in AILMENTS.items():
    few, many, long = p50[ailment, 500, 10], p50[ailment, 32000, 10], p50[ailment, 500, 250]
    print(f"{name:22}: {few:5.1f} ms; 64 times the messages × {many / few:.1f}; 25 times the page × {long / few:.1f}")

# %%
shown_rows, shown_limits = pick(ROWS, ROWS[::2]), pick(LIMITS, LIMITS[::2])
panels = style.panels(
    "Each ailment has its own pattern",
    [("messages on a page", "messages stored" if place == 0 else "") for place in range(len(AILMENTS))],
    width=11,
    height=3.2,
)
for axes, ailment in zip(panels, AILMENTS, strict=True):
    grid = [[p50[ailment, rows, limit] for limit in shown_limits] for rows in shown_rows]
    axes.imshow(
        [[min(ms / grid[0][0], 10) for ms in line] for line in grid], cmap="Blues", vmin=0.6, vmax=10, aspect="auto"
    )
    for up, line in enumerate(grid):
        for across, ms in enumerate(line):
            dark = ms / grid[0][0] > 5
            axes.text(across, up, f"{ms:.3g} ms", ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(len(shown_limits)), [f"{limit}" for limit in shown_limits])
    axes.set_yticks(
        range(len(shown_rows)), [f"{rows:,}" for rows in shown_rows] if axes is panels[0] else [""] * len(shown_rows)
    )
    axes.set_title(AILMENTS[ailment], fontweight="normal", fontsize=10)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)

# %%
grows_with_rows = {ailment: p50[ailment, 32000, 10] / p50[ailment, 500, 10] for ailment in AILMENTS}
grows_with_page = {ailment: p50[ailment, 500, 250] / p50[ailment, 500, 10] for ailment in AILMENTS}
print("with the rows grows", max(grows_with_rows, key=grows_with_rows.get))
print("with the page grows", max(grows_with_page, key=grows_with_page.get))
assert max(grows_with_rows, key=grows_with_rows.get) == "sorts_all"
assert max(grows_with_page, key=grows_with_page.get) == "author_each"
assert grows_with_rows["sorts_all"] > 1.5 * grows_with_rows["author_each"]
assert grows_with_page["author_each"] > 1.5 * grows_with_page["neighbour"]

# %% [markdown]
# Two of the four have given themselves away. The others grow with neither: the database hasn't more to do for them.
#
# ## A third input: how many clients there are
#
# If a request only waits, others can wait at the same time, and more clients get more answers. If it holds something
# that there is only once, they queue.

# %%
counts = pick(CLIENTS, (1, 8))
rates = {}
for ailment in ("lock", "neighbour"):
    service = bench.start(messages=0, env={"AILMENT": ailment})
    for clients in counts:
        batches = [take(bench.load(service), (READ,), users=clients, seconds=pick(1.0, 0.6)) for _ in range(pick(3, 1))]
        rates[ailment, clients] = [one.rate for one in batches]
    service.kill()
for (ailment, clients), values in rates.items():
    print(f"{AILMENTS[ailment]:22}, {clients:2} clients: {median(values):6.0f} answers/s")

# %%
axes = style.picture(
    "Who waits in parallel grows with the clients, who queues for one thing doesn't", "clients", "answers per second"
)
for ailment, colour, mark in (("lock", style.VERMILION, "s"), ("neighbour", style.BLUE, "o")):
    style.spread(axes, counts, [rates[ailment, clients] for clients in counts], colour, mark)
    style.label(axes, counts[-1], median(rates[ailment, counts[-1]]), AILMENTS[ailment], colour)
style.factors(axes)
style.across(axes, 0.9, 45)

# %%
gain = {ailment: median(rates[ailment, 8]) / median(rates[ailment, 1]) for ailment in ("lock", "neighbour")}
print(f"eight clients over one: × {gain['lock']:.1f} with the lock, × {gain['neighbour']:.1f} with the neighbour")
assert gain["neighbour"] > 2 * gain["lock"]

# %% [markdown]
# ## Holding the database itself
#
# The database has an outside, too: another program can lock it. Here the notebook does that for 400 ms while a write is
# under way, and looks at what the server says about itself in `Server-Timing`. If the time that is added appears under
# `db`, the server waited for the database. And a write that isn't delayed at all was answered before it was stored.

# %%
service = bench.start(messages=0, env={"AILMENT": "none"})
seen = {"free": [], "locked": []}
for _ in range(pick(9, 3)):
    for state, totals in seen.items():
        with service.database.locked(LOCKED) if state == "locked" else nullcontext():
            began = time.monotonic()
            reply = service.request("POST", "/messages", json={"text": "Who brings the map?"})
            totals.append((1000 * (time.monotonic() - began), database_ms(reply.headers)))
service.kill()
(free, free_db), (locked, locked_db) = (
    [median(values) for values in zip(*totals, strict=True)] for totals in seen.values()
)
share = (locked_db - free_db) / (locked - free)
print(f"a write takes {free:.0f} ms, and {locked:.0f} ms while the database is locked")
print(f"the server says that {share:.0%} of what was added is the database")

# %%
axes = style.picture(
    "What the lock adds to a write, the server calls database", "milliseconds for a write", "", height=2.2
)
added = locked - free
axes.barh([0, 1], [free, free], color=style.GREY, height=0.5)
axes.barh([1], [added * share], left=[free], color=style.BLUE, height=0.5)
axes.barh([1], [added * (1 - share)], left=[free + added * share], color=style.ORANGE, height=0.5)
style.label(axes, free + added * share / 2, 1, "waiting for the database", style.BLUE, where="above")
axes.texts[-1].set_y(16)
axes.set_yticks([0, 1], ["database free", "database locked"])
axes.invert_yaxis()
axes.grid(visible=False, axis="y")

# %%
assert locked > 3 * free
assert share > 0.7

# %% [markdown]
# ## Your own project
#
# `kit intervene rows`, `limit`, `clients`, `lock`, `memory` and `processor` do the same with your project, measured in
# turn until the answer is clear. Here, with the name of its folder in `MY_PROJECT`:

# %%
if MY_PROJECT:
    for name in ("rows", "limit", "clients"):
        comparison = intervene(lab.bench(MY_PROJECT), name, "reads").comparison
        print(f"{name:8} × {comparison.ratio:.2f}  ({comparison.verdict.value})")

# %%
lab.close()

# %% [markdown]
# ## What you may conclude
#
# - Each cause has a fingerprint: rows, page length, clients, lock. Change one input and see who follows.
# - A flat line is information, too: it takes the database off the list.
# - An idle processor and slow answers mean that somebody waits. The clients tell whether it is for something that there
#   is only once.
#
# ## What you may not
#
# - That a server has only one ailment. Mend the first, then ask again.
# - That "it grows with the clients up to eight" goes on at eighty: [capacity](1-one-number.ipynb) says how far.
# - That `Server-Timing` is true because it is there. The lock from outside is what proves it.
