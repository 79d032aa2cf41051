#!/usr/bin/env bash
# Everything a fresh clone needs before it builds. Does nothing where nothing changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n%s\n' "$1" "$2" >&2; exit 1; }

# Is $1 at least $2?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

command -v cargo >/dev/null || fail "Rust is not installed." "Get it from https://rustup.rs, open a new terminal, and run this again."
rust=$(rustc --version | cut -d' ' -f2)
at_least "$rust" 1.90.0 || fail "Rust $rust is too old." "Run 'rustup update'; 1.90 or newer is needed."
command -v node >/dev/null || fail "Node.js is not installed." "Get version 20.19 or newer from https://nodejs.org, open a new terminal, and run this again."
node=$(node --version | tr -d v)
at_least "$node" 20.19.0 || fail "Node.js $node is too old." "Version 20.19 or newer is needed; get it from https://nodejs.org."

case "$(uname -s)" in
  Darwin)
    xcode-select -p >/dev/null 2>&1 || fail "Apple's command line tools are missing." "Run 'xcode-select --install' and then this again."
    ;;
  Linux)
    # What the app is built with, what it runs on, and what its tests drive it with.
    packages="build-essential pkg-config libwebkit2gtk-4.1-dev librsvg2-dev libayatana-appindicator3-dev libxdo-dev
      webkit2gtk-driver xvfb gnome-keyring dbus-x11 fonts-noto-color-emoji fonts-inter strace chromium python3-venv"
    if command -v dpkg-query >/dev/null; then
      missing=""
      for package in $packages; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
      done
      if [ -n "$missing" ]; then
        say "Installing system packages:$missing"
        sudo=""
        if [ "$(id -u)" -ne 0 ]; then
          command -v sudo >/dev/null || fail "System packages are missing and there is no sudo." "As root: apt-get install$missing"
          sudo="sudo"
        fi
        $sudo apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null \
          || fail "The system packages could not be installed." "Try by hand: apt-get install$missing"
      fi
    else
      pkg-config --exists webkit2gtk-4.1 || fail "WebKitGTK 4.1 is missing." "Install the development packages of WebKitGTK 4.1, librsvg and libxdo with your package manager."
    fi
    ;;
  *) fail "This system is not supported." "The app runs on macOS and Linux." ;;
esac

stamp=ui/node_modules/.installed
want=$(cat ui/package.json ui/package-lock.json | cksum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then
  say "Installing the interface's packages"
  # Browsers come from the system; nothing is downloaded by a package.
  (cd ui && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error) \
    || fail "The interface's packages could not be installed." "Check the connection to the npm registry, then run this again."
  printf '%s' "$want" > "$stamp"
fi
