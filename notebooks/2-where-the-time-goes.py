# %% [markdown]
# # 2. Where does the time go?
#
# A page of fifty messages takes longer than it should. Somebody says "it's the database", somebody else "it's Flask",
# and both want to rewrite something. A *profiler* writes down how long each function runs, so nobody has to guess. This
# notebook profiles a small chat server, mends three things one by one, and compares what each brings with what the
# profile promised.
#
# **Guess first.** The server is short: read [servers/profiled/server.py](servers/profiled/server.py). Then write
# your guesses down.
#
# 1. Which three functions take the most time of `GET /messages`?
# 2. A function takes 10 % of the time. You make it infinitely fast. How much faster does the page become?
# 3. What does a profiler not see?
#
# It takes about two minutes. To profile a project of your own, name its folder here.

# %%
from statistics import median

from support import icicle, style
from support.lab import SERVERS, Lab, pick

from grader.load import profile_data
from grader.load.figures import Figure, take
from grader.load.profiling import profile
from grader.load.workloads import READ

MY_PROJECT = ""

style.use()
lab = Lab()

# %% [markdown]
# ## A profile
#
# `profile` starts the server twice, once with Python's own `cProfile` inside, and sends reads to both in turn. With the
# profiler, everything takes longer, and functions that are called very often suffer most. So read the *shares*, never
# the seconds.

# %%
found = profile(lab.bench("profiled"), "reads", seconds=pick(4, 1))
print(f"{found.requests} requests with {found.tool}; with it, a page takes {found.slower:.1f} times as long.")

# %%
calls = found.profile
view = next(function for function in calls if function.name == "wsgi_app")
axes = style.picture("Three functions of its own take most of a page", "share of the time of a request", "", height=3.6)
icicle.draw(axes, calls, view, SERVERS / "profiled")

# %% [markdown]
# Read it from above: `wsgi_app` is where Flask gets a request. It called what hangs below it, each as wide as its time.
# Blue is the project's own code, grey is what others wrote. Whatever is wide and has little below it takes the time
# *itself*.
#
# The same profile opens in **SnakeViz**, where you can click into it. In a project of yours, these two lines do all:
#
# ```console
# $ kit profile reads            # writes the profile to a file, and says where
# $ kit profile reads --open     # and opens it in the browser
# ```
#
# Here it can't: the page of a code host shows no live frame.
#
# ## Own time and cumulative time
#
# *Cumulative* time is what passes between call and return. *Own* time leaves out what was called in between. Own time
# points to where it is spent, cumulative time explains why.

# %%
whole = calls[view].cumulative
top_own = profile_data.by_own_time(calls)[:8]
top_below = profile_data.by_cumulative_time(calls, SERVERS / "profiled")[:8]
left, right = style.panels(
    "Own time points at the libraries, cumulative time at who called them",
    [("own time, share of a request", ""), ("cumulative time, share of a request", "")],
)
for axes, names, values in (
    (left, top_own, [calls[one].own / whole for one in top_own]),
    (right, top_below, [calls[one].cumulative / whole for one in top_below]),
):
    colours = [style.BLUE if one.file.endswith("profiled/server.py") else "#999999" for one in names]
    axes.barh(range(len(names)), values, color=colours, height=0.7)
    axes.set_yticks(range(len(names)), [icicle.short(one) for one in names])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(lambda value, _place: f"{value:.0%}")

# %% [markdown]
# ## What the profile promises, and what comes
#
# Three functions of the server can be mended. If a share *p* of the time goes away, the rest takes 1 - *p* of it: the
# page becomes 1 / (1 - *p*) times as fast, and no faster, however good the mending is. That is Amdahl's law (1967).
#
# `FIXED` switches the mended functions on. First each alone, then all three. What is compared is processor time per
# page: it hardly moves when other programs are busy.

# %%
FUNCTIONS = {"rows": "newest", "authors": "author_of", "times": "shown_time"}
shares = {
    fix: sum(times.cumulative for one, times in calls.items() if one.name == name and one.file.endswith("server.py"))
    / whole
    for fix, name in FUNCTIONS.items()
}
CHOICES = {"nothing": "", **{fix: fix for fix in shares}, "all three": ",".join(shares)}
services = {name: lab.start("profiled", env={"FIXED": fixed}) for name, fixed in CHOICES.items()}
loads = {name: lab.bench("profiled").load(service) for name, service in services.items()}
rounds = [
    {name: take(load, (READ,), seconds=pick(1.5, 0.5)).half(Figure.CPU).value for name, load in loads.items()}
    for _ in range(pick(7, 3))
]
speed_up = {name: [one["nothing"] / one[name] for one in rounds] for name in CHOICES if name != "nothing"}
promised = {fix: 1 / (1 - share) for fix, share in shares.items()} | {"all three": 1 / (1 - sum(shares.values()))}
for name, values in speed_up.items():
    print(f"{name:9}: {promised[name]:5.2f} times as fast was promised, {median(values):5.2f} came")

# %%
axes = style.picture(
    "The profile finds what is worth most, and says roughly how much",
    "",
    "times as fast (processor time per page)",
    height=3.8,
)
places = range(len(speed_up))
axes.bar([place - 0.2 for place in places], [promised[name] for name in speed_up], width=0.36, color="#BBBBBB")
axes.bar(
    [place + 0.2 for place in places], [median(values) for values in speed_up.values()], width=0.36, color=style.BLUE
)
for place, (name, values) in enumerate(speed_up.items()):
    axes.plot([place + 0.2] * 2, [min(values), max(values)], color=style.BLACK, linewidth=1.2, marker="_", markersize=8)
    style.label(axes, place - 0.2, promised[name], f"{promised[name]:.1f}", style.GREY, where="above")
    style.label(axes, place + 0.2, max(values), f"{median(values):.1f}", style.BLUE, where="above")
axes.set_xticks(
    list(places), [f"{name}\n({shares[name]:.0%} of the time)" if name in shares else name for name in speed_up]
)
axes.axhline(1, color=style.BLACK, linewidth=0.8)
axes.legend(handles=axes.containers[:2], labels=["promised by the profile", "measured"], loc="upper left")
axes.margins(y=0.15)
axes.grid(visible=False, axis="x")

# %%
order = sorted(shares, key=lambda fix: -shares[fix])
largest, smallest = (median(speed_up[fix]) for fix in (order[0], order[-1]))
print(f"largest share: {order[0]}; smallest: {order[-1]}")
assert median(speed_up["all three"]) > 1.3
assert median(speed_up["all three"]) > largest
assert largest > smallest

# %% [markdown]
# The largest share is worth the most, and that is what you need: mend it first, then profile again, because the shares
# are other ones now. The factors are only roughly right, and so is the order of two shares that are nearly alike. The
# profiler takes some time at each call of a function in Python, so many small functions look larger than they are, and
# one long call of a function in C looks smaller.
#
# ## What the profiler doesn't see
#
# A profiler sees computing. It also counts waiting (for a lock, for the disk, for another server), but under the name
# of the function that waits, and a function that waits in another *thread* it doesn't count at all. How much of a
# request is computing shows without any profiler: processor time over the time of the request.

# %%
print(f"{found.computing:.0%} of the time of a request is processor time of the service.")
assert 0 < found.computing <= 1

# %% [markdown]
# Near 100 %: computing, so the profile tells the story. If it were 5 %, the service would wait for somebody, and
# [notebook 3](3-server-or-database.ipynb) shows how to find out for whom.
#
# ## Your own project

# %%
if MY_PROJECT:
    yours = profile(lab.bench(MY_PROJECT), "reads", seconds=4)
    for one in profile_data.by_own_time(yours.profile)[:10]:
        share = yours.profile[one].own / profile_data.total(yours.profile)
        print(f"{share:6.1%}  {one.shown}")

# %%
lab.close()

# %% [markdown]
# ## What you may conclude
#
# - Own time shows where the time is spent, cumulative time who is to blame.
# - Mending a share *p* makes the whole at most 1 / (1 - *p*) times as fast. Ten per cent are worth eleven.
# - After each mending the shares are others. Profile again.
#
# ## What you may not
#
# - That the milliseconds of a profile are those of your users: the profiler adds its own.
# - That a function which the profile doesn't show costs nothing: it may wait, in another thread or in another program.
# - That these three functions are your three. They were put there.
