# %% [markdown]
# # 5. Is a fast answer still right?
#
# A cache keeps an answer, and gives it to whoever asks next. That is fast. It is right only as long as nothing has
# changed meanwhile. This notebook asks one small chat server with five caches: how much faster is it, how often is an
# answer older than a message that was already confirmed, and who pays when an answer is forgotten?
#
# **Guess first.** Write your guesses down before you read on.
#
# 1. A cache makes a page of 1,000 messages much faster. By which factor? And a page of one message?
# 2. A writer stores a message and *then* clears the cache. Can a reader who comes later still get the old page?
# 3. You test a cache: write once, read once, a thousand times. Which mistakes does that find?
# 4. A page that 200 people per second ask for runs out. How many times does the server ask the database for it?
# 5. A cache has room for 100 pages. Of 100 requests, how many does it answer if there are 10,000 pages?
#
# It takes about three minutes. The server is [one small program](servers/kept/server.py). Its database is a list that
# answers after as many milliseconds as it is told to. So the pictures show caches, not disks.

# %%
from statistics import median

from support import hunting, lanes, style
from support.lab import Lab, pick
from support.zipf import hit_ratio

from grader.load.figures import Figure, take
from grader.load.workloads import READ, WRITE, reads
from grader.scaling.staleness import Effort

MY_PROJECT = ""

style.use()
lab = Lab()
CACHES = {
    "none": "no cache",
    "expiry": "kept for one second",
    "clear_before": "cleared before a write",
    "clear_after": "cleared after a write",
    "versioned": "kept with a version",
}

# %% [markdown]
# ## What does it gain?
#
# A *hit* saves what a *miss* costs. So the same cache is worth a lot before a long page, and nothing before a short
# one. What is compared is the processor time that an answer costs the server, in turn with and without the cache: it
# hardly moves when other programs are busy.
#
# And a cache that writers clear gains less, the more they write. On the right, one request in ten is a write.

# %%
bench = lab.bench("kept")
LENGTHS = pick((1, 10, 100, 1000), (1, 1000))
ROUNDS, BATCH = pick(5, 3), pick(0.8, 0.4)
services = {cache: bench.start(messages=0, env={"CACHE": cache, "ROWS": "1200"}) for cache in CACHES}
loads = {cache: bench.load(service) for cache, service in services.items()}
by_length = {length: [] for length in LENGTHS}
for _ in range(ROUNDS):
    for length, gains in by_length.items():
        costs = {
            cache: take(loads[cache], reads(length), seconds=BATCH).half(Figure.CPU).value
            for cache in ("none", "versioned")
        }
        gains.append(costs["none"] / costs["versioned"])
MIX = (*reads(1000) * 9, WRITE)
by_cache = {cache: [] for cache in CACHES if cache != "none"}
for _ in range(ROUNDS):
    costs = {cache: take(load, MIX, seconds=BATCH).half(Figure.CPU).value for cache, load in loads.items()}
    for cache, gains in by_cache.items():
        gains.append(costs["none"] / costs[cache])
for service in services.values():
    service.kill()
for length, gains in by_length.items():
    print(f"a page of {length:4}: × {median(gains):.1f}")
for cache, gains in by_cache.items():
    print(f"one write in ten, {CACHES[cache]:22}: × {median(gains):.1f}")

# %%
left, right = style.panels(
    "A cache gains what a miss costs, and a version costs no more than clearing",
    [("times as cheap with a cache (processor time)", ""), ("times as cheap with a cache (processor time)", "")],
    height=3.2,
)
style.rows(left, [f"{length} message{'s' * (length > 1)}" for length in LENGTHS], list(by_length.values()), " times")
style.rows(right, [CACHES[cache] for cache in by_cache], list(by_cache.values()), " times")
left.set_title("only reads, by the length of the page", fontweight="normal", fontsize=10)
right.set_title("1,000 messages, one write in ten", fontweight="normal", fontsize=10)
for axes in (left, right):
    style.factors(axes, "x")
    axes.set_xlim(0.7, 4 * max(max(gains) for gains in (*by_length.values(), *by_cache.values())))
    axes.axvline(1, color=style.BLACK, linewidth=0.8)

# %%
assert median(by_length[1000]) > 3 * median(by_length[1])
assert median(by_cache["versioned"]) > 1.5

# %% [markdown]
# Before a page of one message, the cache saves hardly anything: the answer still has to be found and sent. If that is
# all you have, leave the cache out. It can only be wrong.
#
# ## Is it right?
#
# A message counts as *missed* when its writer was told "stored", and a reader who began later got a page without it.
# Two hunts, both from the kit's own checks, look for that: one writes and reads in turn, the other sends eight writes
# at the same moment while four readers read all the time. The database takes 5 ms for an answer, and as long for a
# commit.

# %%
SLOW = {"DATABASE_MS": "5", "COMMIT_MS": "5", "ROWS": "100"}
EFFORT = Effort(rounds=pick(60, 15), races=0, bursts=10_000, seconds=pick(5.0, 2.5))
found = {}
for cache in CACHES:
    for way in hunting.HUNTS:
        service = bench.start(messages=0, env={"CACHE": cache, **SLOW})
        found[cache, way] = hunting.hunt(service, way, EFFORT)
        service.kill()
for cache, name in CACHES.items():
    print(f"{name:22}", *(f"{way}: {found[cache, way].stale} of {found[cache, way].writes}" for way in hunting.HUNTS))

# %%
axes = style.picture(
    "Writing and reading in turn finds one bad cache, bursts find all three",
    "messages that a later reader didn't get, of 100 that were stored",
    "",
    height=3.9,
)
for place, cache in enumerate(CACHES):
    for beside, way, colour, mark in ((-0.17, "in turn", style.BLUE, "o"), (0.17, "in bursts", style.VERMILION, "s")):
        one = found[cache, way]
        low, high = (100 * share for share in one.range)
        axes.plot([low, high], [place + beside] * 2, color=colour, linewidth=3, alpha=0.5, solid_capstyle="butt")
        axes.plot([100 * one.share], [place + beside], color=colour, marker=mark, markersize=8, clip_on=False)
        style.label(axes, max(high, 100 * one.share), place + beside, f" {one.stale} of {one.writes} {way}", colour)
axes.set_yticks(range(len(CACHES)), CACHES.values())
axes.set_ylim(len(CACHES) - 0.5, -0.5)
axes.set_xlim(0, 100)
axes.grid(visible=False, axis="y")

# %%
assert all(found[cache, way].stale == 0 for cache in ("none", "versioned") for way in hunting.HUNTS)
assert found["expiry", "in turn"].stale > 0
assert found["clear_before", "in turn"].stale == found["clear_after", "in turn"].stale == 0
assert found["clear_before", "in bursts"].stale > 0
assert found["clear_after", "in bursts"].stale > 0

# %% [markdown]
# The thick lines are what the number of messages leaves open: where 0 of 300 were missed, it may still be one in a
# hundred. A hunt stops when it has found a few.
#
# The expiring cache is old on purpose: its promise is "at most one second". Whoever writes and reads in turn notices.
# The other two are wrong only when a reader and a writer meet, so a test that never lets them meet proves nothing.
#
# ## How an old page comes back
#
# Here the two meet step by step. The reader asks the database, and 80 ms later gets the rows of *then*. Meanwhile a
# writer stores a message, clears the cache, and is told so. Then the reader puts its page into the cache.

# %%
STEPS = {"DATABASE_MS": "80", "COMMIT_MS": "5", "ROWS": "100"}
races = {}
for cache in ("clear_after", "versioned"):
    service = bench.start(messages=0, env={"CACHE": cache, **STEPS})
    races[cache] = hunting.race(service, 0.025)
    service.kill()
for cache, race in races.items():
    print(f"{CACHES[cache]:22}: a later reader gets the {'old' if race.is_stale else 'new'} page")

# %%
lanes.draw_races(
    "A slow reader puts the old page back after it was cleared; with a version, nobody takes it",
    {CACHES[cache]: race for cache, race in races.items()},
)

# %%
assert races["clear_after"].is_stale
assert not races["versioned"].is_stale

# %% [markdown]
# On the left, the old page now stays until somebody writes again: an hour, perhaps. On the right, the page was kept
# with the number that stood before it was asked for. The number has changed since, so nobody takes the page. What a
# cache needs is to know whether something was written *since the question*, not since the answer. (Facebook's answer
# to the same race is a *lease*: permission to fill a place, which a write takes away; Nishtala and others, 2013.)
#
# ## When a page runs out
#
# A page that everybody asks for is kept for one second. Then it is gone, for everybody at once. The database takes
# 100 ms for it, and has four connections. 150 requests come per second.

# %%
HOT = {"CACHE": "expiry", "DATABASE_MS": "100", "CONNECTIONS": "4"}
LASTS = pick(6.0, 3.0)
flights = {}
for name, env in (("each for itself", {}), ("one for all", {"SINGLE_FLIGHT": "1"})):
    service = bench.start(messages=0, env={**HOT, **env})
    run = lab.run(service, (READ,), rate=150, seconds=LASTS, warm_up=1.0)
    begun = [began - run.window.opening for began, _ended in hunting.calls(service)]
    flights[name] = ([moment for moment in begun if 0 <= moment < LASTS], run.probe)
    service.kill()
for name, (begun, probe) in flights.items():
    print(f"{name:15}: {len(begun) / LASTS:5.1f} calls of the database per second, p99 {probe.p99_ms:.0f} ms")

# %%
panels = style.panels(
    "When a page runs out, all who want it ask the database, unless one asks for all",
    [("seconds", "database calls per second"), ("seconds", "")],
    height=3.4,
)
BIN, AT_MOST = 0.2, 40
for axes, (name, (begun, probe)), colour in zip(panels, flights.items(), (style.VERMILION, style.BLUE), strict=True):
    axes.hist(begun, bins=round(LASTS / BIN), range=(0, LASTS), weights=[1 / BIN] * len(begun), color=colour)
    axes.axhline(AT_MOST, color=style.BLACK, linewidth=1, linestyle="--")
    style.label(axes, 0, AT_MOST, "all that this database can do", where="above")
    axes.texts[-1].set_ha("left")
    axes.set_title(f"{name}: {len(begun)} calls, p99 {probe.p99_ms:.0f} ms", fontweight="normal", fontsize=10)
    axes.set_ylim(0, 55)
    axes.set_xlim(0, LASTS)
    axes.grid(visible=False, axis="x")

# %%
alone, together = (len(flights[name][0]) for name in ("each for itself", "one for all"))
assert alone > 4 * together
assert together <= LASTS + 2

# %% [markdown]
# The same page, just as old, for a few calls instead of many. A database that is nearly at its end dies of the first
# picture: it gets slower, so that more ask meanwhile. That is called a *stampede*.
#
# ## How many different things are asked for?
#
# The other limit of a cache is its room. This is a simulation, without any server: 30,000 requests for keys of which
# the second is asked for half as often as the first, the third a third as often, and so on (*Zipf's law*, which
# describes words, pages and songs well). The cache has room for 100. Five runs with other random numbers.

# %%
KEYS = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
SEEDS = range(pick(5, 3))
ratios = {
    exponent: [
        [100 * hit_ratio(keys, 100, exponent=exponent, requests=pick(30_000, 10_000), seed=seed) for seed in SEEDS]
        for keys in KEYS
    ]
    for exponent in (0.0, 1.0, 1.3)
}
for exponent, groups in ratios.items():
    print(f"exponent {exponent}:", ", ".join(f"{median(group):.0f} %" for group in groups))

# %%
axes = style.picture(
    "A cache with little room is useful only where some keys are favourites",
    "different keys that are asked for",
    "hits, of 100 requests",
)
NAMES = {0.0: "all keys alike", 1.0: "Zipf's law", 1.3: "stronger favourites"}
last = []
for (exponent, groups), colour, mark in zip(ratios.items(), style.COLOURS, style.MARKS, strict=False):
    style.spread(axes, KEYS, groups, colour, mark)
    last.append((median(groups[-1]), NAMES[exponent], colour))
style.factors(axes, "x")
axes.axvline(100, color=style.GREY, linewidth=0.9, linestyle="--")
style.label(axes, 100, 8, "as many keys\nas there is room", style.GREY, where="left")
axes.set_ylim(0, 104)
axes.set_xlim(8, 2e6)
axes.set_xticks([10, 100, 1000, 10_000, 100_000])
style.ends(axes, KEYS[-1], last)

# %%
at_most = {exponent: median(groups[-1]) for exponent, groups in ratios.items()}
assert at_most[1.0] > 20 * at_most[0.0]
assert median(ratios[1.0][0]) > 99

# %% [markdown]
# A chat in which each reader asks for what came since *their own* last visit has as many keys as visits, and nobody
# asks for one twice. Such a cache grows and hits nothing. Look at what your users ask for before you build one.
#
# ## Your own project
#
# With the name of its folder in `MY_PROJECT` above, this cell measures what its cache gains, if it has one that
# `CACHE=off` switches off, and hunts in bursts for messages that a reader missed.

# %%
if MY_PROJECT:
    yours = {setting: lab.start(MY_PROJECT, env={"CACHE": setting}) for setting in ("off", "on")}
    your_loads = {setting: lab.bench(MY_PROJECT).load(service) for setting, service in yours.items()}
    for length in (1, 20, 100):
        costs = {setting: take(load, reads(length)).half(Figure.CPU).value for setting, load in your_loads.items()}
        print(f"a page of {length:3}: × {costs['off'] / costs['on']:.1f}")
    for way in hunting.HUNTS:
        one = hunting.hunt(yours["on"], way, Effort(rounds=10, races=0, bursts=60, seconds=30.0))
        print(f"{way}: {one.stale} of {one.writes} messages were missed")

# %%
lab.close()

# %% [markdown]
# ## What you may conclude
#
# - A cache gains what a miss costs, times how often it hits. Measure both before you build it.
# - Expiry is a promise about age. If you never made that promise, you may not expire.
# - Clearing before the write and clearing after it both leave a gap. A version, or a lease, closes it.
# - Reading after writing proves nothing about readers and writers who meet. Let them meet.
# - When a page runs out, let one ask and the others wait for it.
#
# ## What you may not
#
# - That a cache which survived this hunt is right: the hunt may have missed its gap. Draw the two lanes, and look.
# - That the number in this server would do for yours. It lives in one process; a second one wouldn't hear of it.
# - That your keys follow Zipf's law, or that your misses cost as much. Both are yours to measure.
