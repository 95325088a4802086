# %% [markdown]
# # 6. How far, and what happens beyond?
#
# More clients get more answers, up to a point. Where is it, and can one know beforehand? And what happens when still
# more come: does the service go on as well as it can, or does it do nothing useful any more? This notebook looks at
# both sides of the point: how far a service goes, and what saves it beyond.
#
# **Guess first.** Write your guesses down before you read on.
#
# 1. One client gets 45 answers per second. Each answer needs 2 ms of something that there is only once. How many
#    answers per second do 64 clients get?
# 2. A server can do 200 requests per second, and 400 come. How many good answers does it give, if users wait a quarter
#    of a second?
# 3. "20 messages in 5 seconds" is the limit. How many messages can one client get through in the worst 5 seconds?
# 4. A server stands still for ten seconds. Its users try again, up to ten times. How long does it take until all is as
#    before?
#
# The first half is measured and takes about three minutes, the second half is a simulation. The server is
# [one small program](servers/beyond/server.py) whose worker sleeps instead of working. So what it can do is known.

# %%
from statistics import median

from support import limiters, overload, retrying, style
from support.clients import curve, worker_seconds
from support.lab import Lab, pick

from grader.load.figures import figures_of, take
from grader.load.workloads import READ
from grader.scaling.overload import FLOODER
from grader.scaling.usl import NoFit, fit_usl

MY_PROJECT = ""

style.use()
lab = Lab()

# %% [markdown]
# ## More clients
#
# Three servers. One computes for about 2 ms. One waits for 20 ms beside all others, and then needs a lock for 2 ms.
# One waits 30 ms for a neighbour. From 1 to 64 clients ask, each of whom asks again when the answer is there.
#
# Two bounds are known before. One client needs R seconds for an answer, so N clients get at most N / R per second. And
# if each answer needs D seconds of what there is only once (the lock, or the processor), nobody gets more than 1 / D.

# %%
SERVERS = {
    "computes": {"WORK": "80000"},
    "needs a lock": {"WAIT_MS": "20", "WORKER_MS": "2"},
    "waits for a neighbour": {"WAIT_MS": "30"},
}
CLIENTS = pick((1, 2, 4, 8, 16, 32, 64), (1, 4, 16, 64))
bench = lab.bench("beyond")
services = {name: bench.start(messages=0, env=env) for name, env in SERVERS.items()}
batches = {name: {clients: [] for clients in CLIENTS} for name in SERVERS}
for _ in range(pick(3, 1)):
    for clients in CLIENTS:
        for name, service in services.items():
            run = lab.run(service, (READ,), users=clients, seconds=pick(0.9, 0.7), warm_up=0.25, sender=FLOODER)
            batches[name][clients].append(figures_of(run))
curves = {
    name: curve(batches[name], worker_seconds(service) if "WORKER_MS" in SERVERS[name] else 0.0)
    for name, service in services.items()
}
for service in services.values():
    service.kill()
for name, one in curves.items():
    measured = ", ".join(f"{clients}: {rate:.0f}" for clients, rate in one.points)
    print(f"{name:21} R {1000 * one.latency:4.1f} ms, D {1000 * one.demand:4.2f} ms;  answers/s by clients  {measured}")

# %%
panels = style.panels(
    "Two figures, R and D, foretell most of three curves",
    [("clients", "answers per second" if place == 0 else "") for place in range(len(curves))],
    width=10.5,
    height=3.7,
)
grid = [2 ** (step / 4) for step in range(25)]
for axes, (name, one), colour, mark in zip(panels, curves.items(), style.COLOURS, style.MARKS, strict=False):
    axes.plot(grid, [one.bound(clients) for clients in grid], color=style.GREY, linestyle="--", linewidth=1.3)
    style.spread(axes, list(one.rates), list(one.rates.values()), colour, mark)
    style.factors(axes)
    axes.set_title(name, fontweight="normal", fontsize=10)
    axes.set_ylim(20, 4000)
    axes.set_xlim(0.9, 75)
    axes.set_xticks([1, 2, 4, 8, 16, 32, 64])
style.label(panels[1], 20, 1 / curves["needs a lock"].demand, "at most 1/D", style.GREY, where="above")
style.label(panels[1], 2.4, 190, "at most N/R", style.GREY, where="above")
style.label(panels[1], 6, 130, "measured", style.VERMILION)

# %%
rate = {name: dict(one.points) for name, one in curves.items()}
near = {name: [points[n] / curves[name].bound(n) for n in CLIENTS] for name, points in rate.items()}
for name, shares in near.items():
    print(f"{name:21} of its bounds:", ", ".join(f"{share:.0%}" for share in shares))
assert rate["waits for a neighbour"][16] > 6 * rate["waits for a neighbour"][1]
assert rate["needs a lock"][64] < 1.2 / curves["needs a lock"].demand
assert rate["needs a lock"][64] > 3 * rate["needs a lock"][1]
assert rate["computes"][64] < 3 * rate["computes"][1]

# %% [markdown]
# Where the lines of the bounds meet, the queue begins: N\* = R / D clients. Measured points lie below them where
# clients get into each other's way, or where other programs take the processor, as beside the first server. Nothing
# lies far above.
#
# ## A law with three factors
#
# The *Universal Scalability Law* (Gunther, 1993) is a smooth curve with three factors: what one client gets, which part
# of the work queues, and what it costs to agree with all others. It can be fitted to any points. Here it is fitted
# twice to the server with the lock: to all points, and to those of up to eight clients only. Below are the residuals:
# what the fit says beside what was measured.

# %%
locked = curves["needs a lock"]
UPTO = pick(8, 16)
everything, beginning = locked.law(64), locked.law(UPTO)
for name, law in (("all points", everything), (f"up to {UPTO} clients", beginning)):
    print(f"{name:18} λ {law.rate:5.1f}/s  σ {law.contention:.3f}  κ {law.coherence:.5f};  at 64: {law(64):5.0f}/s")
print(f"{'measured':18} at 64: {rate['needs a lock'][64]:5.0f}/s")

# %%
upper, lower = style.stacked(
    "The bounds know of the lock; a law that is fitted to a few clients guesses",
    "clients",
    ("answers per second", "said / measured"),
)
style.spread(upper, list(locked.rates), list(locked.rates.values()), style.BLACK)
style.label(upper, 4, 100, "measured", style.BLACK)
last = []
for name, says, colour, mark, line in (
    ("the bounds", locked.bound, style.GREY, "o", ":"),
    ("fitted to all", everything, style.BLUE, "s", "-"),
    (f"fitted up to {UPTO}", beginning, style.VERMILION, "^", "--"),
):
    upper.plot(grid, [says(clients) for clients in grid], color=colour, linestyle=line)
    beside = [says(clients) / rate["needs a lock"][clients] for clients in CLIENTS]
    lower.plot(CLIENTS, beside, color=colour, marker=mark, linestyle=line)
    last.append((beside[-1], name, colour))
for axes in (upper, lower):
    style.factors(axes)
    axes.axvspan(0.9, UPTO, color=style.VERMILION, alpha=0.07)
    axes.set_xlim(0.9, 150)
    axes.set_xticks([1, 2, 4, 8, 16, 32, 64])
lower.plot([0.9, CLIENTS[-1]], [1, 1], color=style.BLACK, linewidth=0.8)
lower.set_ylim(min(0.45, last[-1][0] / 1.2), max(2.2, last[-1][0] * 1.2))
style.ends(lower, 64, last)

# %%
try:
    refusal = ""
    fit_usl([point for point in locked.points if point[0] <= UPTO])(64)
except NoFit as error:
    refusal = str(error)
print("What the kit's own fit says of 64 clients:", refusal)
assert refusal
assert all(abs(everything(n) / rate["needs a lock"][n] - 1) < 0.6 for n in CLIENTS)
assert all(abs(locked.bound(n) / rate["needs a lock"][n] - 1) < 0.6 for n in CLIENTS)

# %% [markdown]
# Up to eight clients, nothing queues yet, so nothing in these points knows of the lock. No fit can find what the points
# don't show. A *cause* can: one client is enough to find D. The kit's own fit refuses to speak about more than twice as
# many clients as were measured.
#
# ## More than it can do
#
# Now the server has one worker that needs 5 ms, so it can do exactly 200 requests per second. From half of that to four
# times as much is offered, by users who don't wait longer than a quarter of a second. A refusal isn't free: it costs
# the worker a tenth of an answer. Four ways to deal with the queue:
#
# - *endless queue*: everybody may wait;
# - *queue of 100*: who finds the queue full is refused. A full queue takes half a second;
# - *queue of 20*: a full queue takes a tenth of a second;
# - *refused by age*: everybody may wait, and who has waited for 0.15 s when the turn comes is refused then.

# %%
CAN_DO, PATIENCE = 200, 0.25
WAYS = {
    "endless queue": {},
    "queue of 100": {"QUEUE": "100"},
    "queue of 20": {"QUEUE": "20"},
    "refused by age": {"PATIENCE_MS": "150"},
}
TIMES = pick((0.5, 0.9, 1.2, 1.6, 2.5, 4), (0.5, 4))
good = {name: {} for name in WAYS}
for name, env in WAYS.items():
    service = bench.start(messages=0, env={"WORKER_MS": "5", "REFUSAL_MS": "0.5", **env})
    for times in TIMES:
        run = lab.run(service, (READ,), rate=CAN_DO * times, seconds=pick(2.0, 1.2), warm_up=1.5, sender=FLOODER)
        good[name][times] = overload.good_per_second(run, PATIENCE, 4)
    service.kill()
for name, by_times in good.items():
    print(f"{name:14}", ", ".join(f"{times:.0%}: {median(some):3.0f}/s" for times, some in by_times.items()))

# %%
axes = style.picture(
    "Beyond its capacity, only a server that refuses early does anything useful",
    "requests that are offered, in percent of what the server can do",
    "good answers per second, within 0.25 s",
    width=8.4,
)
axes.plot([0, 100, 400], [0, CAN_DO, CAN_DO], color=style.GREY, linewidth=0.9, linestyle="--")
style.label(axes, 310, CAN_DO, "all that it can do", style.GREY, where="above")
last = []
for (name, by_times), colour, mark in zip(good.items(), style.COLOURS, style.MARKS, strict=False):
    style.spread(axes, [100 * times for times in TIMES], list(by_times.values()), colour, mark)
    last.append((median(by_times[4]), name, colour))
axes.set_ylim(0, 225)
axes.set_xlim(0, 510)
axes.set_xticks(range(0, 401, 100))
style.ends(axes, 400, last)

# %%
kept = {name: median(by_times[4]) for name, by_times in good.items()}
assert kept["endless queue"] < 0.2 * CAN_DO
assert kept["queue of 20"] > 0.4 * CAN_DO
assert kept["queue of 20"] > 3 * kept["queue of 100"]
assert median(good["endless queue"][0.5]) > 0.4 * CAN_DO

# %% [markdown]
# The worker was as busy in all four. With a long queue it works on answers for which nobody waits any more. A limit on
# the queue helps only if a full queue is shorter than the patience of the users. And all lines fall: at four times the
# load, three of four requests get a refusal, and these cost together a third of what the worker can do.
#
# ## One client too many times
#
# A limit for each client: 20 messages in 5 seconds. From here on it is a simulation, with a clock of its own: the same
# messages of one client meet five limiters. Eighty messages come in a burst around the fifth second. Later, the client
# sends evenly, 3 messages per second.

# %%
MOST, SECONDS = 20, 5
burst, even = limiters.arrivals(40, 4, 6), limiters.arrivals(3, 12, 25)
moments = [*burst, *even]
accepted = {name: limiter(moments, MOST, SECONDS) for name, limiter in limiters.LIMITERS.items()}
worst = {name: limiters.most_in_a_window(burst, was[: len(burst)], SECONDS) for name, was in accepted.items()}
later = {name: sum(was[len(burst) :]) for name, was in accepted.items()}
for name, count in worst.items():
    print(f"{name:15}: {count} of the burst's {len(burst)} messages, and {later[name]} of the {len(even)} even ones")

# %%
ticks = [tenth / 20 for tenth in range(501)]
columns = style.panels(
    "With the same limit, five limiters let 8 to 40 messages of one burst through",
    [("seconds", "accepted within the last 5 s" if place == 0 else "") for place in range(len(accepted))],
    width=11,
    height=3.3,
)
for axes, (name, was), colour in zip(columns, accepted.items(), style.COLOURS, strict=False):
    counts = limiters.in_last(moments, was, SECONDS, ticks)
    axes.fill_between(ticks, counts, step="post", color=colour, alpha=0.35)
    axes.step(ticks, counts, where="post", color=colour)
    axes.axhline(MOST, color=style.BLACK, linewidth=1, linestyle="--")
    axes.text(7, max(counts[:200]) + 1.5, worst[name], ha="center", color=colour, fontweight="bold")
    axes.text(20, 6, "even client:\nall accepted", ha="center", va="center", fontsize=8)
    axes.set_title(name, fontweight="normal", fontsize=10)
    axes.set_ylim(0, 46)
    if axes is not columns[0]:
        axes.set_yticklabels([])
style.label(columns[-1], 12, MOST, "the limit", where="above")

# %%
assert worst["fixed windows"] == 2 * MOST
assert MOST < worst["token bucket"] < 2 * MOST
assert worst["list of moments"] == MOST
assert worst["even gaps"] < MOST / 2
assert set(later.values()) == {len(even)}

# %% [markdown]
# All five keep "20 in 5 seconds" in the long run, and all let the even client through. They differ in a burst: fixed
# windows let twice the limit through where two windows meet, the list of moments is exact and keeps a list for each
# client, even gaps refuse a burst that others would allow. None is wrong. Say in your documentation which promise you
# give.
#
# ## Trying again
#
# A server can do 100 requests per second and gets 70. For ten seconds it stands still. Whoever has no answer after one
# second tries again: *at once*, up to ten times; after *pauses* of 1, 2 and 4 seconds; or after pauses with *jitter*
# (a random length) and a *budget* (one retry for ten new requests). A simulation, five times with other random numbers.

# %%
SEEDS = range(1, pick(5, 3) + 1)
LENGTH = 60
came = {name: [retrying.simulate(one, LENGTH, seed) for seed in SEEDS] for name, one in retrying.MANNERS.items()}
for name, runs in came.items():
    load = median([run.amplification[LENGTH - 1] for run in runs])
    answered = sum(sum(run.good[-10:]) for run in runs) / sum(sum(run.new[-10:]) for run in runs)
    print(f"{name:22}: in the last second × {load:.1f} requests; {answered:.0%} answered in the last ten seconds")

# %%
axes = style.picture(
    "Users who try again at once keep a server down long after its trouble is over",
    "seconds",
    "requests for each new one",
    width=8.4,
)
seconds = list(range(LENGTH))
at_end = {name: median([run.amplification[-1] for run in runs]) for name, runs in came.items()}
last = [(retrying.ABLE / retrying.RATE, "all that it can do", style.BLACK)]
for (name, runs), colour in zip(came.items(), (style.VERMILION, style.ORANGE, style.BLUE), strict=True):
    by_second = list(zip(*(run.amplification for run in runs), strict=True))
    axes.fill_between(
        seconds, [min(some) for some in by_second], [max(some) for some in by_second], color=colour, alpha=0.2
    )
    axes.plot(seconds, [median(some) for some in by_second], color=colour)
    last.append((at_end[name], name, colour))
style.factors(axes, "y")
axes.axvspan(*retrying.STOP, color=style.GREY, alpha=0.15)
axes.text(15, 0.75, "stands still", ha="center", color=style.GREY)
axes.plot([0, LENGTH - 1], [retrying.ABLE / retrying.RATE] * 2, color=style.BLACK, linewidth=1, linestyle="--")
axes.set_ylim(0.6, 40)
axes.set_xlim(0, 84)
axes.set_xticks(range(0, 61, 10))
style.ends(axes, LENGTH - 1, last)

# %%
polite, hasty = came["pauses, jitter, budget"], came["try again at once"]
assert at_end["try again at once"] > 5 * at_end["pauses, jitter, budget"]
assert min(sum(run.good[-10:]) / sum(run.new[-10:]) for run in polite) > 0.9
assert max(sum(run.good[-10:]) / sum(run.new[-10:]) for run in hasty) < 0.1

# %% [markdown]
# The trouble lasted ten seconds. With hasty users, the server never recovers: their retries alone are more than it can
# do, so everybody has to try again. Pauses alone only make it a smaller multiple. The budget ends it: in trouble, it
# keeps the load below what the server can do. This is why a refusal names a `Retry-After`, and why clients count.
#
# ## Your own project
#
# With the name of its folder in `MY_PROJECT` above, this cell asks your project with 1 to 16 clients, and puts the law
# beside it. `kit capacity` and `kit worksheet` do it with more care.

# %%
if MY_PROJECT:
    yours = lab.start(MY_PROJECT)
    points = [(n, take(lab.bench(MY_PROJECT).load(yours), (READ,), users=n).rate) for n in (1, 2, 4, 8, 16)]
    law = fit_usl(points)
    for clients, rate_of in points:
        print(f"{clients:2} clients: {rate_of:6.0f} answers/s, by the law {law(clients):6.0f}")

# %%
lab.close()

# %% [markdown]
# ## What you may conclude
#
# - N / R and 1 / D explain most curves, and a few clients are enough to measure both.
# - A fitted law describes the points that you have. It doesn't know what they don't show.
# - Beyond its capacity, a server with a long queue works for nobody. Refuse early, and make a refusal cheap.
# - A limit "20 in 5 seconds" is five different promises. Choose one.
# - Retries need pauses, jitter and a budget. Without a budget, a short stop becomes a long one.
#
# ## What you may not
#
# - That your service has one worker that always needs the same time. The shapes carry over, the places of the bends
#   don't.
# - That the right length of a queue is 20. It is the patience of your users times what you can do, and a little less.
# - That a simulation is a measurement: whoever wrote this page chose the users, limits and seconds of the second half.
