"""Instants, as whole nanoseconds since 1970. No floating point, and no calendar library: years 0000 to 9999."""

import re

SPELLING = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
SECOND = 10**9


def days_before(year, month, day):
    """Days from 1970-01-01, with years that begin in March so that the 29th of February comes last."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


def date_of(days):
    days += 719468
    era, day_of_era = divmod(days, 146097)
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (month <= 2), month, day


def read(text):
    """The nanoseconds of an RFC 3339 time; ValueError for everything else."""
    match = SPELLING.fullmatch(text)
    if not match:
        raise ValueError("that is no time with an offset, as 2026-05-09T06:12:44Z is one")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
    days = days_before(year, month, day) if 1 <= month <= 12 else None
    if days is None or date_of(days) != (year, month, day):
        raise ValueError("there is no such day")
    if hour > 23 or minute > 59 or second > 60 or int(offset_hours or 0) > 23 or int(offset_minutes or 0) > 59:
        raise ValueError("no clock shows that")
    offset = 60 * (60 * int(offset_hours) + int(offset_minutes)) if sign else 0
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - (-offset if sign == "-" else offset)
    return seconds * SECOND + int((fraction or "0").ljust(9, "0"))


def spell(nanoseconds):
    seconds, fraction = divmod(nanoseconds, SECOND)
    days, seconds = divmod(seconds, 86400)
    year, month, day = date_of(days)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{year:04}-{month:02}-{day:02}T{clock}.{fraction:09}+00:00"
