"""What the golden scripts share: their files, and whether to write them or to compare them."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"


def keep(files, made_by):
    """Writes files, by path; with `--check` on the command line compares them, and exits with the names of those that differ.

    A file is text or bytes. `made_by` says in the message whose word they are.
    """
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(f"{sys.argv[0]}: takes nothing but --check")
    differing = []
    for path, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        if sys.argv[1:] == []:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            differing.append(path.name)
    if differing:
        sys.exit(f"{made_by} gives others than: {' '.join(differing)}")
