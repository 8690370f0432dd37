# Shared by every script in this folder: where the project is, and how a script speaks. Sourced, never run.
# shellcheck shell=bash

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"

# Every build carries these, so that all of them share one build folder.
build_options=(--explicit-target-dependency-import-check error)

if [[ -t 2 && -z "${NO_COLOR:-}" ]]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
    bold='' red='' green='' yellow='' plain=''
fi

# What happens now, on standard error: standard output is for data.
step() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
warn() { printf '%swarning:%s %s\n' "$yellow" "$plain" "$*" >&2; }
good() { printf '%s✓%s %s\n' "$green" "$plain" "$*" >&2; }

# fail MESSAGE [WHAT TO DO]...: ends the script.
fail() {
    printf '%serror:%s %s\n' "$red" "$plain" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

# The path of the release executable, without asking the package manager (which takes seconds).
integration_binary() { realpath -m -- "${INTEGRATION_BINARY:-$root/.build/release/integration}"; }

# Files that git holds or would hold, relative to the project, separated by NUL. Also works in an unpacked archive.
project_files() {
    if git -C "$root" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        (cd "$root" && git ls-files -z --cached --others --exclude-standard -- "$@" |
            while IFS= read -r -d '' file; do [[ -f "$file" ]] && printf '%s\0' "$file"; done || true)
    else
        (cd "$root" && find . -name .git -prune -o -name '.build*' -prune -o -name '.venv*' -prune -o -type f -printf '%P\0')
    fi
}
