"""Programs in ExifTool's place: they answer as it does until they meet a file of a certain name."""

import sys
from pathlib import Path

PROGRAM = """#!{python} -IS
import json, os, sys, time
def speak(text, number):
    sys.stderr.write("{{post" + number + "}}\\n"); sys.stderr.flush()
    sys.stdout.write(text + "{{ready" + number + "}}\\n"); sys.stdout.flush()
def infotext(path):
    return "a cat\\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, Model: m"
def misbehave(paths, number):
{misbehaviour}
def answer(paths, number):
    if not (any("poison" in path for path in paths) and misbehave(paths, number)):
        entries = [{{"SourceFile": path, "PNG:Parameters": infotext(path)}} for path in paths]
        speak(json.dumps(entries), number)
lines = []
for line in iter(sys.stdin.readline, ""):
    lines.append(line.rstrip("\\n"))
    if lines[-2:] == ["-stay_open", "False"]:
        break
    if line.startswith("-execute"):
        number = line.rstrip("\\n")[8:]
        paths = [one for one in lines if one.startswith("/")]
        speak("12.99\\n", number) if lines[0] == "-ver" else answer(paths, number)
        lines = []
"""

DIES = "    os._exit(1)"
HANGS = "    time.sleep(3600)"
BABBLES = "    speak('It is a truth universally acknowledged', number); return True"
SAYS_HALF = '    sys.stdout.write(\'[{"SourceFile": "/half\'); sys.stdout.flush(); os._exit(0)'
SPEAKS_OF_ANOTHER = (
    "    speak(json.dumps([{'SourceFile': '/etc/passwd', 'A:B': 'c'}]), number); return True"
)
STAYS_SILENT = "    speak('', number); return True"


def write(path: Path, misbehaviour: str) -> Path:
    """Write such a program, whole and at once, and return its path."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(
        PROGRAM.format(python=sys.executable, misbehaviour=misbehaviour), encoding="utf-8"
    )
    temporary.chmod(0o755)
    return temporary.replace(path)
