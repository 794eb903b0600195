#!/bin/sh
# Fails unless the committed dist/ is exactly what src/ and package-lock.json build, and the page's tests pass.
set -eu
cd "$(dirname "$0")"
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
./build.sh "$temp/dist"
if ! diff -rq dist "$temp/dist"; then
	echo "dist/ is not what src/ builds: run bot/playground/page/build.sh and commit dist/" >&2
	exit 1
fi
npx --no-install esbuild src/*.test.ts --bundle --platform=node --format=esm --outdir="$temp/test" --out-extension:.js=.mjs --log-level=warning
node --test "$temp/test"
