"""Every kind of error that the engine knows has a status."""

from __future__ import annotations

import ytclipper_rs as yt
from ytclipper_rs import _native
from ytclipper_rs.exceptions import error_from_native
from ytclipper_rs.server.paths import PathNames
from ytclipper_rs.server.problems import STATUS, TITLES, problem_of

PATHS = PathNames({})


def test_no_kind_is_forgotten() -> None:
    assert set(STATUS) == set(TITLES) == set(_native.ERROR_KINDS)
    for kind in _native.ERROR_KINDS:
        told = problem_of(
            error_from_native(kind, "clipping", "It failed.", {"path": "/secret"}), PATHS
        )
        assert (told.kind, told.stage, told.detail) == (kind, "clipping", "It failed.")
        assert 400 <= told.status < 600
        assert "/secret" not in told.model_dump_json()


def test_fields_have_the_names_of_the_request() -> None:
    error = yt.InvalidSpec("clips[2].end: is too small", context={"field": "clips[2].end"})
    told = problem_of(error, PATHS, {"clips": "preanalyzed_clips"})
    assert told.field == "preanalyzed_clips[2].end"
    assert told.detail == "preanalyzed_clips[2].end: is too small"
    assert problem_of(error, PATHS, {"clip": "other"}).field == "clips[2].end"
