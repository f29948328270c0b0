"""``doctor``: is everything there that the service needs, and what to do where it is not."""

from dataclasses import asdict

import typer

from service.cli.options import AsJson, ConfigFile, DatabaseFile, load_config
from service.cli.output import finish, harmless, say, say_json
from service.doctor import HealthFinding, examine_health


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("doctor")(doctor)


def doctor(config: ConfigFile = None, db: DatabaseFile = None, json: AsJson = False) -> None:  # noqa: FBT002
    """Check everything the service needs, and say what to do about what is wrong.

    Exit code 1: there is an error; a warning is none.
    """
    findings = examine_health(load_config(config, None, db))
    if json:
        say_json([asdict(finding) | {"mend": finding.fix} for finding in findings])
    else:
        for finding in findings:
            _print_finding(finding)
    finish(has_failed=any(finding.level == "error" for finding in findings))


COLOURS = {
    "ok": typer.colors.GREEN,
    "warning": typer.colors.YELLOW,
    "error": typer.colors.RED,
}


def _print_finding(finding: HealthFinding) -> None:
    level = typer.style(finding.level.ljust(7), fg=COLOURS[finding.level])
    typer.echo(f"{level} {harmless(f'{finding.what}: {finding.found}')}")
    if finding.fix:
        say(f"        → {finding.fix}")
