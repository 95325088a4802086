from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grader.system import time_zones
from grader.system.time_zones import in_summer, in_winter

MONTHS = [datetime(year, month, 15, tzinfo=UTC) for year in (2026, 2027) for month in range(1, 13)]


def clock(variables, now):
    return now.astimezone(ZoneInfo(variables["TZ"]))


@pytest.mark.parametrize("now", MONTHS, ids=lambda now: f"{now:%Y-%m}")
def test_in_every_month_there_is_summer_somewhere_and_winter_elsewhere(now):
    summer, winter = clock(in_summer(now), now), clock(in_winter(now), now)

    assert summer.dst() == timedelta(hours=1)
    assert winter.dst() == timedelta(0)
    assert summer.utcoffset() % timedelta(hours=1)
    assert winter.utcoffset() % timedelta(hours=1)


def test_without_zone_data_a_server_stays_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(time_zones, "FOLDER", tmp_path)

    assert in_summer() == in_winter() == {}


def test_a_zone_without_summer_time_is_better_than_none(tmp_path, monkeypatch):
    monkeypatch.setattr(time_zones, "FOLDER", tmp_path)
    (tmp_path / "Asia").mkdir()
    (tmp_path / "Asia/Kolkata").touch()

    assert in_summer() == in_winter() == {"TZ": "Asia/Kolkata"}
