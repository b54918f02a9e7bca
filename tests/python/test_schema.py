"""The dataclasses are what the published JSON Schema says (`docs/schema`)."""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import json
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from values import dataclasses_of_the_package
from ytclipper_rs import _native
from ytclipper_rs.outcome import OUTCOMES
from ytclipper_rs.spec import SPECS

FOLDER = Path(__file__).parents[2] / "docs/schema"
Schema = dict[str, Any]
# Of Python alone: options are a request without its source.
NOT_PUBLISHED = {"ProcessOptions"}
# None here, absent in JSON.
LEFT_OUT = {("Framing", "report")}
PLAIN = {"string": str, "integer": int, "number": float, "boolean": bool}
Fault = tuple[str, object, object]


def load(name: str) -> Schema:
    return typing.cast(Schema, json.loads((FOLDER / f"{name}.json").read_text()))


def described() -> dict[str, Schema]:
    """Every type of the schemas by the name of its dataclass."""
    found: dict[str, Schema] = {}
    for name, classes in (("job_spec", SPECS), ("outcome", OUTCOMES)):
        schema = load(name)
        found |= schema["$defs"]
        for variant in schema["oneOf"]:
            kind = variant["properties"].pop("kind")["const"]
            if "$ref" not in variant:
                variant["required"].remove("kind")
                found[classes[kind].__name__] = variant
    alone = {
        "progress": "Progress",
        "framing": "Framing",
        "submit_options": "SubmitOptions",
        "stats": "Stats",
    }
    for name, cls in alone.items():
        schema = load(name)
        found |= {cls: schema, **schema.get("$defs", {})}
    return found


DESCRIBED = described()
READ = {*load("job_spec")["$defs"], *(cls.__name__ for cls in SPECS.values()), "SubmitOptions"}
"""Types that the engine reads."""
CLASSES = [cls for cls in dataclasses_of_the_package() if cls.__name__ not in NOT_PUBLISHED]


def resolved(schema: Schema) -> Schema:
    return DESCRIBED[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def names_of(schema: Schema) -> list[str] | None:
    """The names of an enumeration; None for another schema."""
    if "enum" in schema:
        return list(schema["enum"])
    variants = schema.get("oneOf", [])
    names = [name for variant in variants for name in variant.get("enum", [variant.get("const")])]
    return names if names and None not in names else None


def without_null(schema: Schema) -> tuple[Schema, bool]:
    """The schema of the value where there is one, and whether it may be null."""
    if isinstance(schema.get("type"), list):
        (kind,) = (kind for kind in schema["type"] if kind != "null")
        return schema | {"type": kind}, True
    variants = schema.get("anyOf", [])
    if {"type": "null"} in variants:
        (rest,) = (variant for variant in variants if variant != {"type": "null"})
        return rest, True
    return schema, False


def faults_of_type(path: str, annotation: Any, schema: Schema) -> Iterator[Fault]:
    """Where an annotation is not what the schema says."""
    schema, nullable = without_null(schema)
    arms = list(typing.get_args(annotation)) if is_union(annotation) else [annotation]
    if (type(None) in arms) != nullable:
        yield path, annotation, schema
    arms = [arm for arm in arms if arm is not type(None)]
    if not any(fits(path, arm, resolved(schema), schema) for arm in arms):
        yield path, annotation, schema


def is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def fits(path: str, annotation: Any, schema: Schema, named: Schema) -> bool:
    names = names_of(schema)
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if names is not None:
        # A name may have others beside it that the core reads as well (`reels`).
        return origin is typing.Literal and set(names) <= set(args)
    if schema.get("type") == "array":
        sequence = origin in (tuple, collections.abc.Sequence)
        return sequence and not list(faults_of_type(f"{path}[]", item(args[0]), schema["items"]))
    if "$ref" in named:
        return bool(getattr(annotation, "__name__", "") == named["$ref"].rpartition("/")[2])
    if schema.get("type") == "object":
        values = schema["additionalProperties"]
        return origin is collections.abc.Mapping and not list(
            faults_of_type(f"{path}{{}}", args[1], values)
        )
    kind: str = schema["type"]
    return annotation is PLAIN[kind] or (kind == "string" and annotation is Path)


def item(annotation: Any) -> Any:
    """The dataclass among the forms in which an item may be given."""
    arms = typing.get_args(annotation) if is_union(annotation) else (annotation,)
    classes = [arm for arm in arms if dataclasses.is_dataclass(arm)]
    return classes[0] if classes else annotation


def faults(cls: type[Any], schema: Schema) -> list[Fault]:
    """Everything in which a dataclass is not what its schema says."""
    fields = {field.name.rstrip("_"): field for field in dataclasses.fields(cls)}
    found: list[Fault] = []
    if fields.keys() != schema["properties"].keys():
        found.append(("fields", set(fields), set(schema["properties"])))
        return found
    missing = dataclasses.MISSING
    required = {
        name
        for name, field in fields.items()
        if field.default is missing and field.default_factory is missing
    }
    known = set(schema.get("required", []))
    # What the engine writes may be given more defaults here, for values made by hand.
    if not required <= known or (cls.__name__ in READ and required != known):
        found.append(("required", required, known))
    hints = typing.get_type_hints(cls)
    for name, field in fields.items():
        if (cls.__name__, name) in LEFT_OUT:
            continue
        found += faults_of_type(name, hints[field.name], schema["properties"][name])
    return found


def test_every_published_type_has_its_dataclass() -> None:
    objects = {name for name, schema in DESCRIBED.items() if "properties" in schema}
    assert objects == {cls.__name__ for cls in CLASSES}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_dataclass_is_what_the_schema_says(cls: type[Any]) -> None:
    assert faults(cls, DESCRIBED[cls.__name__]) == []


@pytest.mark.parametrize("name", [name for name, schema in DESCRIBED.items() if names_of(schema)])
def test_an_enumeration_has_the_names_of_the_schema(name: str) -> None:
    beside = {"reels"} if name == "OutputFormat" else set()
    names = names_of(DESCRIBED[name])
    assert names is not None
    assert set(typing.get_args(getattr(yt, name))) == {*names, *beside}


def test_the_kinds_of_jobs_and_errors_are_those_of_the_schema() -> None:
    assert {v["properties"]["kind"]["const"] for v in load("job_spec")["oneOf"]} == set(SPECS)
    assert {v["properties"]["kind"]["const"] for v in load("outcome")["oneOf"]} == set(OUTCOMES)
    assert names_of(load("error")["$defs"]["ErrorKind"]) == list(_native.ERROR_KINDS)


# Settings that have another name in Python, where a name carries no unit.
RENAMED = {"ageing_s": "ageing", "download_timeout_s": "download_timeout"}
# What the package looks up where the caller gives nothing, and None stands for the default.
LOOKED_UP = {"yt_dlp", "face_model", "max_download_bytes"}


def test_an_engine_takes_the_settings_of_the_schema() -> None:
    schema: dict[str, Schema] = load("engine_config")["properties"]
    settings = {RENAMED.get(name, name): part for name, part in schema.items()}
    parameters = dict(inspect.signature(yt.Engine).parameters)
    del parameters["cancel_on_await_cancel"]
    assert parameters.keys() == settings.keys()
    given = {name: parameter.default for name, parameter in parameters.items()}
    wanted = {name: part["default"] for name, part in settings.items()}
    assert all(given[name] is None for name in LOOKED_UP)
    for name in set(wanted) - LOOKED_UP:
        alike = list(given[name]) if isinstance(given[name], tuple) else given[name]
        assert (name, alike) == (name, wanted[name])


def undescribed(schema: Any, path: str) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        if "description" not in part and name != "kind":
            yield f"{path}.{name}"


def test_every_field_is_described() -> None:
    alone = [(name, load(name)) for name in ("error", "engine_config")]
    everything = [*DESCRIBED.items(), *alone]
    assert [place for name, schema in everything for place in undescribed(schema, name)] == []


def test_a_wrong_dataclass_is_found() -> None:
    @dataclasses.dataclass
    class Wrong:
        width: float
        height: int | None

    schema = DESCRIBED["Size"]
    assert [fault[0] for fault in faults(Wrong, schema)] == ["width", "height"]
    assert faults(yt.TimeRange, schema)[0][0] == "fields"
    schema = DESCRIBED["ProbeSpec"]
    assert [fault[0] for fault in faults(yt.ProbeSpec, schema | {"required": []})] == ["required"]
