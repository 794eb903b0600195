#!/bin/sh
# Rebuilds dist/ from src/ and the pinned packages of package-lock.json. Needs node >= 20 and an npm registry.
set -eu
cd "$(dirname "$0")"
out=${1:-dist}
npm ci --no-audit --no-fund --loglevel=error
npx --no-install tsc --noEmit
rm -rf "$out"
node build.mjs "$out"
