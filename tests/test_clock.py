"""The one clock, and the demo's that can be moved."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from core import clock
from core.settings import Settings
from playground.clock import MovedClock


def settings(**given):
    return Settings(_env_file=None, **given)


def test_the_clock_is_the_real_one():
    assert abs(clock.now(settings()) - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_test_may_freeze_it():
    moment = datetime(2026, 11, 25, 9, tzinfo=UTC)

    assert clock.now(settings(env="test", now=moment)) == moment


def test_what_the_playground_puts_is_what_the_service_reads(tmp_path):
    moved = settings(env="demo", playground_dir=tmp_path)
    assert abs(clock.now(moved) - datetime.now(UTC)) < timedelta(seconds=5)

    MovedClock(tmp_path / clock.CLOCK).put(datetime(2027, 1, 1, 9, tzinfo=UTC))
    assert abs(clock.now(moved) - datetime(2027, 1, 1, 9, tzinfo=UTC)) < timedelta(seconds=5)


def test_nobody_moves_the_clock_of_a_service_in_production(tmp_path):
    with pytest.raises(ValidationError, match="RESULTS_PLAYGROUND_DIR is only for"):
        settings(playground_dir=tmp_path)
