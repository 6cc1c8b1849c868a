#!/usr/bin/env bash
# Installs the official description of GitHub's API and what checks requests and answers against it: without it those tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${ROTATESECRETS_GITHUB_DESCRIPTION:-${XDG_CACHE_HOME:-$HOME/.cache}/rotatesecrets/github-description}
packages=(@octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1 @stoplight/prism-cli@5.14.2 graphql@16.15.0)

if ! command -v npm >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && apt-get install -qq -y --no-install-recommends nodejs npm
fi

mkdir -p "$cache"
if [ "$(cat "$cache/installed" 2>/dev/null)" != "${packages[*]}" ]; then
  rm -f "$cache/installed"
  npm install --prefix "$cache" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error "${packages[@]}"
  rm -f "$cache"/node_modules/@octokit/openapi/generated/ghes-*.json
  echo "${packages[*]}" >"$cache/installed"
fi

node tests/Providers/RotateSecrets.GitHub.Tests/Description/cut.js "$cache" >/dev/null
