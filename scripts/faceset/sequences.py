"""The sequences: who is where, when, and what of it is hard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from . import backdrop as behind
from .backdrop import View, backdrop, played
from .paths import during, leap, line, still, stops, sway, trembling
from .person import ANN, BEA, CAS, Look, appearance, talking_man
from .scene import Actor, Direction, Expectation, Path, Pose, Scene, Sequence, plainly
from .voice import Talk, Utterance

HD, FULL_HD = (1280, 720), (1920, 1080)
# What is shorter is no turn, and moves no camera.
TURN = 0.7
PEOPLE = {0: ANN, 1: BEA, 2: CAS}
Size = tuple[int, int]


@dataclass(frozen=True)
class Stage:
    """Where the material is."""

    folder: File

    def actor(self, id: int, path: Path, look: Look | None = None) -> Actor:
        """A person of the photograph."""
        return Actor(id, appearance(look or PEOPLE[id], self.folder / "astronaut.png"), path)

    def scene(self, seconds: float, view: View, *actors: Actor, size: Size = HD) -> Scene:
        """A scene at 30 pictures a second."""
        return self.frames(round(seconds * 30), view, *actors, size=size)

    def frames(self, frames: int, view: View, *actors: Actor, size: Size = HD) -> Scene:
        """A scene of so many pictures."""
        return Scene(frames, backdrop(view, self.folder, size), actors)


def still_face(stage: Stage) -> Sequence:
    path = trembling(still(390, 280, 150), 1.5)
    scene = stage.scene(8, behind.STUDIO, stage.actor(0, path))
    about = "stays, trembling by 0.4 % of the crop's width; sensor noise"
    return Sequence("still", about, (scene,), noise=4, crf=28, checks=("still",))


def pan_slow(stage: Stage) -> Sequence:
    path = line(Pose(330, 280, 150), Pose(780, 280, 150), 9)
    scene = stage.scene(9, behind.STREET, stage.actor(0, path))
    about = "50 pixels a second before a street"
    return Sequence("pan_slow", about, (scene,), checks=("constant",))


def pan_fast(stage: Stage) -> Sequence:
    path = line(Pose(310, 400, 215), Pose(1610, 400, 215), 6)
    scene = stage.scene(6, behind.WALL, stage.actor(0, path), size=FULL_HD)
    about = "217 pixels a second, 1080p"
    return Sequence("pan_fast", about, (scene,), size=FULL_HD, checks=("constant",))


def sways(stage: Stage) -> Sequence:
    path = sway(Pose(760, 280, 150), 16, 4, 2.9)
    scene = stage.frames(200, behind.STUDIO, stage.actor(1, path))
    about = "sways by 4 % of the crop's width to each side, within the dead zone; 25 a second"
    return Sequence(
        "sway", about, (scene,), rate=(25, 1), noise=2, crf=28, checks=("still",)
    )  # fmt: skip


def walk(stage: Stage) -> Sequence:
    left, right, middle = Pose(300, 285, 150), Pose(830, 280, 155), Pose(540, 285, 150)
    path = stops((1.5, left), (4, right), (6, right), (8, middle), (9, middle))
    scene = stage.frames(222, behind.STREET_STILL, stage.actor(0, path))
    about = "walks, stops, walks back; 23.976 a second"
    return Sequence("walk", about, (scene,), rate=(24000, 1001))


def jump(stage: Stage) -> Sequence:
    path = leap((0, Pose(350, 285, 150)), (3, Pose(905, 280, 150)), (6, Pose(560, 280, 150)))
    scene = stage.scene(9, behind.WALL, stage.actor(0, path))
    about = "is elsewhere at once, twice, without a cut"
    return Sequence("jump", about, (scene,), jumps=(3.0, 6.0))


def cuts(stage: Stage) -> Sequence:
    spans = [
        (52, behind.STUDIO, stage.actor(0, still(340, 285, 150))),
        (37, behind.STREET, stage.actor(1, still(930, 290, 140))),
        (21, behind.WALL_LEFT, stage.actor(0, still(520, 285, 150))),
        (83, behind.STREET, stage.actor(2, line(Pose(260, 300, 130), Pose(470, 300, 130), 2.77))),
        (44, behind.STUDIO, stage.actor(0, still(960, 285, 150))),
        (61, behind.STUDIO, stage.actor(0, still(540, 330, 230))),
    ]
    scenes = tuple(stage.frames(frames, view, actor) for frames, view, actor in spans)
    about = "five cuts at odd frames, two of them 0.7 s apart, the last one in the same room"
    return Sequence("cuts", about, scenes, checks=("cuts",))


def scale(stage: Stage) -> Sequence:
    path = stops(
        (1, Pose(420, 420, 92)), (4, Pose(620, 330, 260)), (5.5, Pose(620, 330, 260)),
        (8, Pose(760, 330, 130)), (9, Pose(760, 330, 130)),
    )  # fmt: skip
    scene = stage.scene(9, behind.MEADOW, stage.actor(0, path))
    return Sequence("scale", "comes near (13 to 36 % of the height) and goes away", (scene,))


def exit_and_return(stage: Stage) -> Sequence:
    out = stops((1.5, Pose(860, 285, 150)), (5, Pose(1700, 285, 150)))
    back = stops((6, Pose(1700, 285, 150)), (9.5, Pose(860, 285, 150)))
    scene = stage.scene(
        11,
        behind.WALL_MOVING,
        stage.actor(0, during(out, 0, 5)),
        stage.actor(0, during(back, 5, 99)),
    )
    return Sequence(
        "exit", "leaves the picture and comes back, at most 0.9 crop widths a second", (scene,)
    )


def second(stage: Stage) -> Sequence:
    place, outside = Pose(935, 285, 145), Pose(1540, 285, 145)
    path = stops((3, outside), (3.5, place), (8, place), (8.5, outside))
    scene = stage.scene(
        11, behind.STUDIO, stage.actor(1, path), stage.actor(0, still(350, 285, 150))
    )
    about = "a second person comes in at 3.3 s and leaves at 8.2 s; nobody speaks"
    return Sequence("second", about, (scene,), noise=2, checks=("dual",))


def _two(stage: Stage, seconds: float, view: View, size: Size = HD) -> Scene:
    grow = size[1] / 720
    places = (Pose(350 * grow, 285 * grow, 150 * grow), Pose(935 * grow, 290 * grow, 145 * grow))
    actors = [
        stage.actor(id, sway(place, 3 * grow, 2 * grow, 3.1 + id))
        for id, place in enumerate(places)
    ]
    return stage.scene(seconds, view, *reversed(actors), size=size)


def _by_turns(talk: Talk) -> Direction:
    """Who is alone is shown; of two whoever has the turn, and the other one does not matter."""

    def expected(time: float, persons: list[dict[str, Any]]) -> Expectation:
        there = {person["id"] for person in persons}
        if len(there) == 1:
            return Expectation("single", tuple(there))
        turns = [u for u in talk.utterances if u.end - u.at > TURN]
        show = tuple(u.person for u in turns if u.at <= time < u.end and u.person in there)
        return Expectation(None, show)

    return expected


def turns(stage: Stage) -> Sequence:
    talk = Talk(
        (
            Utterance(0, 0.5, "0890"),
            Utterance(1, 2.4, "0880", skip=0.2, length=0.5),
            Utterance(1, 6.0, "0930"),
            Utterance(0, 9.7, "0880"),
        )
    )
    about = "two speak in turn (0.5, 6.0, 9.7 s); at 2.4 s the other one says half a second"
    return Sequence(
        "turns",
        about,
        (_two(stage, 13, behind.STUDIO),),
        talk=talk,
        checks=("turns",),
        direction=_by_turns(talk),
    )


def both(stage: Stage) -> Sequence:
    talk = Talk((Utterance(0, 0.5, "0920"), Utterance(1, 0.7, "0870")))
    overlap = min(u.end for u in talk.utterances)

    def expected(time: float, persons: list[dict[str, Any]]) -> Expectation:
        return plainly(HD, persons) if time < overlap else Expectation(None, (1,))

    about = "two talk at the same time until 6 s"
    scene = _two(stage, 8, behind.STREET_RIGHT)
    return Sequence("both", about, (scene,), talk=talk, checks=("dual",), direction=expected)


def third(stage: Stage) -> Sequence:
    scene = stage.scene(
        7,
        behind.MEADOW,
        stage.actor(2, sway(Pose(650, 505, 66), 4, 0, 2.5)),
        stage.actor(1, still(945, 290, 140)),
        stage.actor(0, still(330, 285, 150)),
    )
    about = "two persons, and a third one, less than half as large, behind them"
    return Sequence("third", about, (scene,), checks=("dual",))


def visits(stage: Stage) -> Sequence:
    place, outside = Pose(935, 285, 145), Pose(1540, 285, 145)
    stations = []
    for come, stay, go, gone in ((2, 2.4, 4.4, 4.8), (5.8, 6, 6.1, 6.3), (8, 8.4, 10, 10.4)):
        stations += [(come, outside), (stay, place), (go, place), (gone, outside)]

    def expected(time: float, persons: list[dict[str, Any]]) -> Expectation:
        brief = 5.7 < time < 6.4
        return Expectation("single", (0,)) if brief else plainly(HD, persons)

    scene = stage.scene(
        12, behind.STUDIO, stage.actor(2, stops(*stations)), stage.actor(0, still(350, 285, 150))
    )
    about = "a second person comes for two seconds, for a quarter, for two again; nobody speaks"
    return Sequence("visits", about, (scene,), noise=2, checks=("dual",), direction=expected)


def three(stage: Stage) -> Sequence:
    talk = Talk((Utterance(1, 1.0, "0930"), Utterance(2, 5.0, "0880")))
    actors = [
        stage.actor(id, sway(Pose(x, 300, 130), 3, 2, 2.9 + id))
        for id, x in ((0, 250), (1, 650), (2, 1040))
    ]
    scene = stage.scene(8, behind.STUDIO, *actors)
    about = "three persons of one size, of whom two speak in turn (1.0, 5.0 s)"
    return Sequence(
        "three", about, (scene,), talk=talk, checks=("turns",), direction=_by_turns(talk)
    )


def dark(stage: Stage) -> Sequence:
    path = stops((1, Pose(500, 285, 150)), (6, Pose(800, 285, 150)))
    scene = stage.scene(8, behind.WALL, stage.actor(0, path))
    about = "a fifth of the light, noise, CRF 33"
    return Sequence("dark", about, (scene,), light=0.22, noise=5, crf=33)


def small(stage: Stage) -> Sequence:
    path = line(Pose(600, 830, 89), Pose(840, 830, 89), 8)
    scene = stage.scene(8, behind.STREET_STILL, stage.actor(0, path), size=FULL_HD)
    about = "8.2 % of the height, 30 pixels a second, 1080p, CRF 28"
    return Sequence("small", about, (scene,), size=FULL_HD, crf=28, checks=("constant",))


def call(stage: Stage) -> Sequence:
    size = (704, 576)
    pictures = behind.read_video(
        stage.folder / "carphone_pristine.mp4", f"scale={size[0]}:{size[1]}:flags=bicubic", size
    )
    man = Actor(3, talking_man(pictures, 30), still(840, 360, size[1]))
    talk = Talk((Utterance(3, 0.5, "0870"),))
    scene = stage.scene(8, behind.STUDIO, man)
    return Sequence("call", "a real man who talks, in a window of a call", (scene,), talk=talk)


def portrait(stage: Stage) -> Sequence:
    size = (720, 960)
    path = stops((1, Pose(300, 340, 190)), (4, Pose(450, 340, 190)), (6, Pose(450, 340, 190)))
    scene = stage.scene(7, behind.MEADOW_MOVING, stage.actor(0, path), size=size)
    about = "an upright 3:4 picture, stored turned by 90 degrees"
    return Sequence("portrait", about, (scene,), size=size, rotated=True)


def variable(stage: Stage) -> Sequence:
    path = stops((1, Pose(320, 285, 150)), (4, Pose(850, 285, 150)), (7, Pose(500, 285, 150)))
    times, now = [], 0.0
    while now < 8:
        times.append(round(now, 6))
        step = (20, 25, 20, 20, 60, 20, 40)[len(times) % 7] if 2 < now < 5 else 20
        now += step / 600
    scene = stage.frames(len(times), behind.STREET_STILL, stage.actor(1, path))
    about = "walks; between 2 and 5 s pictures come at uneven times"
    return Sequence("variable", about, (scene,), times=tuple(times))


def bikes(stage: Stage) -> Sequence:
    spans = [(0.0, 1.1), (2.12, 0.84), (5.56, 1.8), (7.56, 2.0)]
    views = [played(View("bikes", *span), stage.folder, HD, 25) for span in spans]
    scenes = tuple(Scene(frames, pictures) for pictures, frames in views)
    about = "the spans of the clip that show no face"
    return Sequence("bikes", about, scenes, rate=(25, 1), checks=("none",))


def bunny(stage: Stage) -> Sequence:
    pictures, frames = played(View("bigbuckbunny", 0, 5.2), stage.folder, HD, 25)
    about = "drawn animals: no human face"
    return Sequence(
        "bunny", about, (Scene(frames, pictures),), rate=(25, 1), checks=("none",)
    )  # fmt: skip


def creep(stage: Stage) -> Sequence:
    path = line(Pose(500, 285, 150), Pose(572, 285, 150), 8)
    scene = stage.scene(8, behind.WALL, stage.actor(0, path))
    return Sequence("creep", "0.3 pixels a picture before a wall", (scene,), crf=18)


def talk_show(stage: Stage) -> Sequence:
    size = FULL_HD
    talk = Talk(
        (
            Utterance(0, 0.4, "0890"),
            Utterance(1, 5.6, "0880"),
            Utterance(0, 9.0, "0930"),
            Utterance(1, 12.5, "0880"),
        )
    )
    host = sway(Pose(610, 430, 225), 8, 4, 3)
    scenes = (
        stage.scene(5.4, behind.STUDIO, stage.actor(0, host), size=size),
        stage.scene(3.3, behind.STREET, stage.actor(1, still(1400, 430, 220)), size=size),
        _two(stage, 7.3, behind.STUDIO, size),
    )  # fmt: skip
    about = "an interview of 16 s, 1080p: one, the other, both by turns"
    return Sequence(
        "interview", about, scenes, size=size, talk=talk, crf=21,
        checks=("cuts", "turns", "speed"), direction=_by_turns(talk),
    )  # fmt: skip


MAKERS: dict[str, Callable[[Stage], Sequence]] = {
    "still": still_face, "pan_slow": pan_slow, "pan_fast": pan_fast, "sway": sways, "walk": walk,
    "jump": jump, "cuts": cuts, "scale": scale, "exit": exit_and_return, "second": second,
    "turns": turns, "both": both, "third": third, "visits": visits, "three": three, "dark": dark,
    "small": small, "call": call, "portrait": portrait, "variable": variable, "bikes": bikes,
    "bunny": bunny, "creep": creep, "interview": talk_show,
}  # fmt: skip
