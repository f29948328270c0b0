"""``python -m service`` and the console script ``aiimagepipe``."""

import gc
import sys

from service.errors import INTERRUPTED


def main() -> None:
    """Run the command line; also while its modules are loaded, Ctrl+C prints no traceback."""
    gc.disable()
    try:
        from service import cli  # noqa: PLC0415  # takes a third of a second

        app = cli.command_line(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    # What modules define stays. To look through it for garbage was a sixth of each start.
    gc.freeze()
    gc.enable()
    cli.main(app)


if __name__ == "__main__":
    main()
