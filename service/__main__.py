"""``python -m service`` and the console script ``aiimagepipe``."""

from service.errors import INTERRUPTED


def main() -> None:
    """Run the command line; also while its modules are loaded, Ctrl+C prints no traceback."""
    try:
        from service.cli import main as run_command_line  # noqa: PLC0415  # takes half a second
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    run_command_line()


if __name__ == "__main__":
    main()
