"""How often a cache has what is asked for, when some keys are asked for far more often than others."""

from __future__ import annotations

import random
from collections import OrderedDict
from itertools import accumulate


def hit_ratio(keys: int, room: int, *, exponent: float = 1.0, requests: int = 50_000, seed: int = 1) -> float:
    """Return the share of requests that find their key in a cache with room for so many keys.

    The key of rank r is asked for in proportion to 1 / r**exponent (Zipf, 1935); with exponent 0, all equally often.
    The cache forgets the key that was used longest ago. As many requests again come first, and don't count.
    """
    draw = random.Random(seed)
    weights = list(accumulate(1 / rank**exponent for rank in range(1, keys + 1)))
    cache: OrderedDict[int, None] = OrderedDict()
    hits = 0
    for number, key in enumerate(draw.choices(range(keys), cum_weights=weights, k=2 * requests)):
        if key in cache:
            cache.move_to_end(key)
            hits += number >= requests
            continue
        cache[key] = None
        if len(cache) > room:
            cache.popitem(last=False)
    return hits / requests
