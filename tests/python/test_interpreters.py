"""Sub-interpreters are refused, and the main one does not notice."""

from __future__ import annotations

from conftest import Media, Script

CODE = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
def run(code):
    try:
        failed = interpreters.run_string(sub, code)
    except Exception as error:
        failed = error
    return str(failed)
sub = interpreters.create()
print(run("import ytclipper_rs"))
import ytclipper_rs as yt
print(run("import ytclipper_rs"))
with yt.Engine() as engine:
    print(engine.probe(sys.argv[1]).result(10).container)
interpreters.destroy(sub)
"""


def test_a_subinterpreter_is_refused_with_a_reason(script: Script, media: Media) -> None:
    done = script(CODE, media.video, timeout=30)
    assert done.returncode == 0, done.stderr
    first, second, container = done.stdout.splitlines()
    for refusal in (first, second):
        assert "main interpreter" in refusal
    assert container == "mov,mp4,m4a,3gp,3g2,mj2"
