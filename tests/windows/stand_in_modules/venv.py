"""``python -m venv`` for Windows' embeddable Python, which has none: as much as a service needs."""

import shutil
import sys
from pathlib import Path

if __name__ == "__main__":
    base = Path(sys.base_prefix)
    scripts = Path(sys.argv[1]) / "Scripts"
    scripts.mkdir(parents=True, exist_ok=True)
    for pattern in ("python.exe", "*.dll", "python3*.zip"):
        for file in base.glob(pattern):
            if not (scripts / file.name).exists():
                shutil.copy(file, scripts)
    (scripts.parent / "pyvenv.cfg").write_text(f"home = {base}\n", encoding="utf-8")
    packages = scripts.parent / "Lib" / "site-packages"
    packages.mkdir(parents=True, exist_ok=True)
    (packages / "base.pth").write_text(f"{base / 'Lib' / 'site-packages'}\n", encoding="utf-8")
