#!/bin/sh
# Builds Elastic's own Lumberjack sender and receiver into .cache/bin, for the interop tests of test/lumberjack.
# Does nothing when they are there; without Go it says so and the tests are skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
version=v0.1.0
bin="$PWD/.cache/bin"

if [ -x "$bin/tst-send" ] && [ -x "$bin/tst-lj" ]; then
  exit 0
fi
if command -v go >/dev/null 2>&1; then
  go=go
elif [ -x /usr/local/go/bin/go ]; then
  go=/usr/local/go/bin/go
else
  echo "install-go-lumber: there is no Go here; the interop tests of Lumberjack will be skipped" >&2
  exit 0
fi
mkdir -p "$bin"
for command in tst-send tst-lj; do
  if ! GOBIN="$bin" "$go" install "github.com/elastic/go-lumber/cmd/$command@$version"; then
    echo "install-go-lumber: $command could not be built; the interop tests of Lumberjack will be skipped" >&2
    exit 0
  fi
done
