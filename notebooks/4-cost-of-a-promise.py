# %% [markdown]
# # 4. What does a promise cost?
#
# `201 Created` is a promise: the message is kept. Kept against what? Against the end of the program, against the end of
# the operating system, against the end of the electric current? Each costs another amount of waiting for the disk. And
# a database has one writer at a time, so what one commit costs decides how many there can be.
#
# **Guess first.** Write your guesses down before you read on.
#
# 1. How many times per second can your disk promise to keep four kilobytes? And a file system in memory?
# 2. SQLite can wait for the disk at every commit, or not. By which factor do the commits per second differ?
# 3. One writer does so many commits per second. How many do sixteen writers do together?
# 4. With sixteen writers, how long does the slowest one in a hundred wait, compared with the one in the middle?
#
# It takes about two minutes. To measure a project of your own, name its folder here; an empty name leaves it out.

# %%
from statistics import mean, median

from support import style
from support.commits import DEFAULT, MODES, Places, commits_per_second, many_writers, share_below, sync_ms
from support.lab import Lab, pick

from grader.load.intervene import intervene
from grader.load.samples import percentile_ms

MY_PROJECT = ""

style.use()
places = Places()

# %% [markdown]
# ## One promise
#
# A program that writes has handed its bytes to the operating system, and no more. To keep them, it has to ask the
# disk, and to wait (`fsync`). Here it does so again and again, with one page of four kilobytes: on the disk, and in a
# file system in memory, which keeps nothing when the current ends and so promises at once.

# %%
disk = sync_ms(places.disk, pick(300, 100))
memory = sync_ms(places.memory, pick(3000, 1000))
for name, values in (("disk", disk), ("memory", memory)):
    print(f"{name:6}: {median(values):.4f} ms for a page that is kept, {1000 / median(values):,.0f} per second")

# %%
axes = style.picture("A disk takes far longer to promise than memory does", "pages kept per second", "", height=2.2)
style.rows(axes, ["memory", "disk"], [[1000 / median(memory)], [1000 / median(disk)]], " per second")
style.factors(axes, "x")
style.across(axes, 10, 2e7)

# %%
assert median(disk) > 5 * median(memory)

# %% [markdown]
# On a laptop, the difference may be larger still: a disk that turns needs ten milliseconds. Some disks only say that
# they have kept it. You can't see that from here.
#
# ## What SQLite promises, and for how much
#
# SQLite offers a dial. From the left to the right, each mode promises less:
#
# | mode | survives the end of the program | survives the end of the current |
# | --- | --- | --- |
# | DELETE, FULL (the default) | yes | yes: it waits for the disk several times per commit |
# | WAL, FULL | yes | yes: it waits once per commit |
# | WAL, NORMAL | yes | the last commits may be gone; the file stays sound |
# | WAL, OFF | yes | the file may be broken |

# %%
rounds = [[commits_per_second(places.disk, mode, pick(1.5, 0.6)) for mode in MODES] for _ in range(pick(5, 3))]
by_mode = {mode: [one[place] for one in rounds] for place, mode in enumerate(MODES)}
for mode, values in by_mode.items():
    print(f"{mode.name:13}: {median(values):8,.0f} commits/s")

# %%
axes = style.picture(
    "Each promise that is dropped buys commits, by factors", "commits per second, one writer", "", height=3.0
)
style.rows(axes, [mode.name for mode in MODES], list(by_mode.values()), " per second")
style.factors(axes, "x")
style.across(axes, None, 8 * max(max(values) for values in by_mode.values()))

# %%
default, full, normal = (median(by_mode[mode]) for mode in MODES[:3])
assert full > 1.2 * default
assert normal > 2 * default

# %% [markdown]
# Without any change to the queries, the number of commits differs by an order of magnitude. So a benchmark of writes
# says nothing unless it says what was promised. A service that becomes faster this way has to tell its users, or at
# least its README.
#
# ## Sixteen writers are no faster than one
#
# SQLite has one writer at a time. More of them only wait for each other. How they wait makes a difference: by default,
# whoever finds the database busy sleeps for a while and asks again, and longer each time. Nobody keeps a list of who
# came first. The other way is a queue inside of the program: whoever comes first is next.

# %%
COUNTS = pick((1, 2, 4, 8, 16), (1, 16))
LENGTH = pick(1.5, 1.0)
runs = {(count, queue): [] for count in COUNTS for queue in (False, True)}
for _ in range(pick(3, 2)):
    for (count, queue), some in runs.items():
        some.append(many_writers(places.disk, DEFAULT, count, LENGTH, queue=queue))
rates = {case: [rate for rate, _waits in some] for case, some in runs.items()}
# A disk sometimes stops for a moment. Of a few runs, the one counts in which it did so least.
asked, in_turn = (
    min((waits for _rate, waits in runs[16, queue]), key=lambda waits: max(waits) / median(waits))
    for queue in (False, True)
)
for count in COUNTS:
    again, in_line = (median(rates[count, queue]) for queue in (False, True))
    print(f"{count:2} writers: {again:6.0f} commits/s asking again, {in_line:6.0f} in a queue")

# %%
left, right = style.panels(
    "More writers share the same commits, and without a queue some wait very long",
    [
        ("writers", "commits per second, all together"),
        ("milliseconds that one of 16 writers waits", "share of commits"),
    ],
)
for waits, queue, colour, mark in ((asked, False, style.VERMILION, "s"), (in_turn, True, style.BLUE, "o")):
    style.spread(left, COUNTS, [rates[count, queue] for count in COUNTS], colour, mark)
    right.plot(*share_below(waits), color=colour)
left.set_ylim(bottom=0)
left.set_xticks(COUNTS)
style.factors(right, "x")
right.axhline(0.99, color=style.GREY, linewidth=0.8, linestyle="--")
right.set_ylim(0, 1.05)
style.label(right, median(in_turn), 0.35, "in a queue", style.BLUE)
style.label(right, median(asked), 0.35, "asking\nagain", style.VERMILION)

# %%
p99 = {name: percentile_ms([ms / 1000 for ms in waits], 99) for name, waits in (("asked", asked), ("queued", in_turn))}
print(f"asking again: half wait {median(asked):.1f} ms or less, one in a hundred {p99['asked']:.0f} ms or more")
print(f"in a queue:   half wait {median(in_turn):.1f} ms or less, one in a hundred {p99['queued']:.0f} ms or more")
assert median(rates[16, False]) < 3 * median(rates[1, False])
assert mean(asked) / median(asked) > 2 * mean(in_turn) / median(in_turn)
assert median(asked) < median(in_turn)

# %% [markdown]
# The throughput is nearly the same. The difference is who waits: without a queue, most are served at once and some are
# forgotten for a long time. The mean shows nothing of it.
#
# ## Sharing a commit
#
# A commit costs about the same for one row as for many. So whoever writes many rows can put them into one
# transaction. A server can do that for rows of *different* clients: it collects those that wait anyway, commits once,
# and then answers them all (*group commit*). Each answer still comes after its commit, so the promise stays.

# %%
SIZES = pick((1, 2, 4, 8, 16, 32, 64, 128), (1, 8, 64))
rows = {size: [] for size in SIZES}
for _ in range(pick(5, 2)):
    for size, values in rows.items():
        values.append(size * commits_per_second(places.disk, DEFAULT, pick(0.6, 0.4), rows=size))
for size, values in rows.items():
    print(f"{size:4} rows in a commit: {median(values):9,.0f} rows/s")

# %%
axes = style.picture("Rows that share a commit cost next to nothing", "rows in one commit", "rows per second")
style.spread(axes, list(rows), list(rows.values()), style.BLUE)
alone = median(rows[1])
axes.plot(SIZES, [alone * size for size in SIZES], color=style.GREY, linewidth=0.9, linestyle="--")
style.factors(axes)
style.label(axes, SIZES[-1], 1.15 * alone * SIZES[-1], "if a row cost nothing", style.GREY, where="left")
style.label(axes, SIZES[-2], 0.7 * median(rows[SIZES[-2]]), "measured", style.BLUE)

# %%
assert median(rows[64]) > 8 * alone

# %% [markdown]
# ## Your own project
#
# With the name of its folder in `MY_PROJECT` above, this cell sends writes to your project: with its database on the
# disk and in memory, then with one client and with eight, as `kit intervene memory` and `kit intervene clients` do.

# %%
if MY_PROJECT:
    lab = Lab()
    for name in ("memory", "clients"):
        comparison = intervene(lab.bench(MY_PROJECT), name, "writes").comparison
        print(f"{name:8} × {comparison.ratio:.2f}  ({comparison.verdict.value})")
    lab.close()

# %%
places.close()

# %% [markdown]
# ## What you may conclude
#
# - One writer at a time means: the commits per second are about one over the time of a commit, however many write.
# - Durability is a dial. Each of its positions survives other failures, and the positions differ by factors.
# - Who waits, and for how long, depends on whether there is a queue. Look at p99, not at the mean.
# - Sharing a commit multiplies the rows without weakening the promise.
#
# ## What you may not
#
# - That your disk is as fast as this one: the time of a commit differs by a factor of a hundred between disks.
# - That a weaker mode is safe because nothing has happened so far. These experiments end no electric current.
# - That group commit pays for a service with one client: there is nobody to share with.
