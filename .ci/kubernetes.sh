#!/usr/bin/env bash
# Brings up a Kubernetes API server for the tests, and prints the line that exports KUBECONFIG. Where the environment names a cluster already, that one is used.
# The first time it builds the server: some three minutes on two cores. It is kept in ~/.cache, so that the next run takes seconds.
set -euo pipefail
if [ -n "${KUBECONFIG-}" ]; then
  echo "export KUBECONFIG=$KUBECONFIG"
  exit
fi

if ! command -v openssl >/dev/null && command -v apt-get >/dev/null; then
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends openssl; } >&2
fi

exec tests/Peers/kubernetes.sh up
