# %% [markdown]
# # 1. What does one number hide?
#
# "It takes 20 milliseconds." "It does 400 requests per second." Both are one number, and each leaves something out.
# This notebook shows what, on servers whose behaviour is known beforehand, so that you can tell who is right.
#
# **Guess first.** Write your guesses down before you read on.
#
# 1. A server answers in 20 ms on average. How long do the slowest 1 % of its answers take?
# 2. A server can do 200 requests per second, and gets 190. How much longer do its answers take than at 20?
# 3. Every five seconds, a server stands still for one second. Eight users send one request after the other. Which
#    99th percentile does their load test report?
# 4. A tool reports 600 requests per second. Is that your server, or the tool?
#
# It takes about three minutes. To measure a project of your own, name its folder here; an empty name leaves it out.

# %%
from statistics import mean

from support import style
from support.lab import Lab, in_words, pick

from grader.load.samples import in_flight, percentile_ms, started_in
from grader.load.workloads import READ

MY_PROJECT = ""

style.use()
lab = Lab()

# %% [markdown]
# ## The mean is not what anybody waits
#
# This server works on one request at a time. A request takes 4 ms on average: most take less, some take much longer, as
# is usual where now and then a longer page is asked for. 150 requests come per second, each at a time of its own. An
# answer takes its own time and the time in the queue.

# %%
uneven = lab.reference("--seconds", "0.004", "--at-once", "1", "--random")
run = lab.run(uneven, (READ,), rate=150, seconds=pick(20, 5))
waits = sorted(sample.seconds * 1000 for sample in started_in(run.window, run.record.samples) if sample.answered)
average = mean(waits)
p50, p95, p99 = (percentile_ms([ms / 1000 for ms in waits], percent) for percent in (50, 95, 99))
print(f"{len(waits)} answers: mean {average:.1f} ms, p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms")

# %%
axes = style.picture(
    "Most wait less than the mean, and one in a hundred waits four times as long",
    "milliseconds from the request to its answer",
    "answers",
)
axes.hist(waits, bins=60, range=(0, p99 * 1.3), color=style.SKY, edgecolor="white", linewidth=0.4)
top = axes.get_ylim()[1]
marks = (
    ("p50", p50, style.GREEN, 0.98),
    ("mean", average, style.VERMILION, 0.86),
    ("p95", p95, style.BLUE, 0.74),
    ("p99", p99, style.BLACK, 0.62),
)
for name, value, colour, height in marks:
    axes.vlines(value, 0, top * height, color=colour)
    style.label(axes, value, top * height, f"{name}  {value:.0f} ms", colour)

# %%
below = sum(ms < average for ms in waits) / len(waits)
print(f"{below:.0%} of the answers came faster than the mean says.")
assert below > 0.55
assert p99 > 3 * average

# %% [markdown]
# The mean is a number of the bookkeeper: multiplied by the count, it gives the total. No user waits for it. A
# *percentile* is what users wait: 95 in 100 wait no longer than p95.
#
# ## Capacity is where the queue begins to grow
#
# Now the same request always takes 5 ms, so the server can do exactly 200 per second. It is offered from 10 % to 110 %
# of that. Up to about two thirds, hardly anything changes. Then the same small step costs more and more: requests come
# at random, and behind a busy server each small crowd becomes a queue.

# %%
steady = lab.reference("--seconds", "0.005", "--at-once", "1")
CAN_DO = 200
shares = pick((0.1, 0.3, 0.5, 0.65, 0.8, 0.9, 0.95, 1.1), (0.5, 0.95))
probes = [lab.run(steady, (READ,), rate=CAN_DO * share, seconds=pick(6, 5)).probe for share in shares]
for probe in probes:
    print(in_words(probe))

# %%
left, right = style.panels(
    "Below capacity only the latency tells how near it is",
    [("requests offered per second", "answers per second"), ("requests offered per second", "milliseconds")],
)
offered = [probe.offered for probe in probes]
left.plot([0, 220], [0, 220], color=style.GREY, linewidth=0.8, linestyle="--")
left.plot(offered, [probe.achieved for probe in probes], color=style.BLUE, marker="o")
style.label(left, 100, 90, "as many as are offered")
for name, colour, mark in (("p50_ms", style.GREEN, "^"), ("p95_ms", style.BLUE, "o")):
    right.plot(offered, [getattr(probe, name) for probe in probes], color=colour, marker=mark)
    style.label(right, offered[-1], getattr(probes[-1], name), name[:3], colour)
style.factors(right, "y")
for axes in (left, right):
    axes.axvspan(CAN_DO, 225, color=style.VERMILION, alpha=0.12)
    axes.set_xlim(0, 245)
style.label(left, 200, 20, "more than it can do", style.VERMILION, where="left")

# %%
at_half = min(probes, key=lambda probe: abs(probe.offered - CAN_DO / 2))
near = min(probes, key=lambda probe: abs(probe.offered - 0.95 * CAN_DO))
print(f"p95 at {at_half.offered:.0f}/s: {at_half.p95_ms:.0f} ms. At {near.offered:.0f}/s: {near.p95_ms:.0f} ms.")
assert near.achieved > 0.9 * near.offered
assert near.p95_ms > 2 * at_half.p95_ms

# %% [markdown]
# At 220, every answer still comes, but the queue grows for as long as the load lasts: the longer the test, the longer
# they take. And "it does 200 per second" is not yet a promise. At 190 the server still gives every answer, and they
# take several times as long. A *capacity* needs the latency that somebody is ready to bear: the highest rate at which,
# say, 95 in 100 answers come within 100 ms. That is what `kit capacity` looks for.
#
# ## Who waits for answers doesn't see a stall
#
# This server takes 2 ms. Every five seconds it stands still for one second, as a server does that cleans up its
# memory, or waits for a disk. It is asked twice: by eight users who send the next request when the last answer has
# come (a *closed* loop, which is what most load tools do), and by requests that come when they come, as from people
# who don't know of each other (an *open* one).

# %%
stalling = lab.reference("--seconds", "0.002", "--at-once", "8", "--stall", "1", "--every", "5")
LENGTH = pick(20, 6.5)
closed = lab.run(stalling, (READ,), users=8, seconds=LENGTH)
opened = lab.run(stalling, (READ,), rate=200, seconds=LENGTH)
print("closed:", in_words(closed.probe))
print("open:  ", in_words(opened.probe))

# %%
pictures = style.panels(
    "The same stalls: eight waiting users hardly meet them, one request in five does",
    [("seconds since the begin", "milliseconds to the answer"), ("seconds since the begin", "")],
)
for axes, measured, name in zip(
    pictures, (closed, opened), ("closed: eight users", "open: 200 per second"), strict=True
):
    samples = started_in(measured.window, measured.record.samples)
    thin = max(1, len(samples) // 6000)
    shown = [one for number, one in enumerate(samples) if number % thin == 0 or one.seconds > 0.1]
    starts = [one.start - measured.window.opening for one in shown]
    axes.scatter(starts, [1000 * one.seconds for one in shown], s=5, color=style.BLUE, alpha=0.6, linewidths=0)
    axes.axhline(measured.probe.p99_ms, color=style.VERMILION, linewidth=1.2)
    style.label(axes, 0, measured.probe.p99_ms, f"p99  {measured.probe.p99_ms:.0f} ms", style.VERMILION, where="above")
    axes.texts[-1].set_ha("left")
    style.factors(axes, "y")
    axes.set_ylim(1, 3000)
    axes.set_title(name, fontweight="normal")

# %%
print(f"p99: {closed.probe.p99_ms:.0f} ms closed, {opened.probe.p99_ms:.0f} ms open.")
assert opened.probe.p99_ms > 20 * closed.probe.p99_ms

# %% [markdown]
# In a closed loop, a server that stands still also stops those who would have complained. In each stall, eight requests
# are slow: eight among thousands, so p99 doesn't see them. Outside, in that second 200 people would have come. The open
# run sent them, and counted each from the moment at which it should have been sent. Gil Tene called the mistake of
# leaving them out *coordinated omission*.
#
# ## Little's law: who was inside?
#
# N = X · R: the number of requests inside is the throughput times the mean time inside (Little, 1961). It holds for
# every system in which nothing gets lost. So it is a check of a measurement: eight users who always wait should
# be eight inside.

# %%
null, slow = lab.reference(), lab.reference("--seconds", "0.02")
runs = {users: lab.run(null, (READ,), users=users, seconds=pick(3, 1.2)) for users in (1, 8, 64)}
inside = {users: in_flight(run.window, run.record.samples) for users, run in runs.items()}
waited = lab.run(slow, (READ,), users=8, seconds=pick(3, 1.2))
busy = in_flight(waited.window, waited.record.samples)
for users, run in runs.items():
    print(f"null server, {users:2} users: {run.probe.achieved:6.0f} answers/s, {inside[users]:5.1f} inside")
print(f"20 ms each,  8 users: {waited.probe.achieved:6.0f} answers/s, {busy:5.1f} inside")

# %% [markdown]
# The null server answers at once, the other after 20 ms. At the null server, many users don't wait for the server but
# for the tool that plays them, so they are not inside. The throughput stays nearly the same with eight users and with
# sixty-four. **It is a number about the tool.**

# %%
axes = style.picture(
    "Where users don't wait for the server, the number is the tool's own",
    "",
    "share of the users who wait for the server",
)
names = [*(f"null server,\n{users} user{'s' * (users > 1)}" for users in inside), "20 ms,\n8 users"]
shares = [*(count / users for users, count in inside.items()), busy / 8]
axes.bar(names, shares, color=[*(style.ORANGE for _ in inside), style.BLUE], width=0.6)
axes.axhline(0.9, color=style.VERMILION, linewidth=1.2)
axes.set_xlim(-0.6, len(names) + 0.4)
style.label(axes, len(names) - 0.6, 0.82, "below: the tool\nwas the limit", style.VERMILION)
for place, share in enumerate(shares):
    style.label(axes, place, share, f"{share:.0%}", where="above")
axes.set_ylim(0, 1.1)
axes.grid(visible=False, axis="x")

# %%
assert busy > 0.9 * 8
assert inside[64] / 64 < 0.9

# %% [markdown]
# ## Your own project
#
# With the name of its folder in `MY_PROJECT` above, this cell asks your project: the ceiling of the tool first, then
# what you have.

# %%
if MY_PROJECT:
    yours = lab.start(MY_PROJECT)
    print("the tool at most: ", in_words(runs[8].probe))
    for rate in (20, 50, 100, 200):
        print("your project:     ", in_words(lab.run(yours, (READ,), rate=rate, seconds=4).probe))

# %%
lab.close()

# %% [markdown]
# ## What you may conclude
#
# - The mean hides who waits. Percentiles say it.
# - A capacity is a rate *and* a latency that still holds at it.
# - A closed loop hides a server that stands still. Count from the moment at which a request should have been sent.
# - Before you believe a throughput, measure the tool against a server that does nothing, and ask Little's law.
#
# ## What you may not
#
# - That your server behaves like these: they were made for this page. Only the shapes carry over.
# - Anything from the absolute numbers: on another machine they are others. That is why the last line of each section
#   compares a thing with itself.
