#!/usr/bin/env bash
# Installs the official description of AWS services, against which the client of Secrets Manager is checked: without it those tests are skipped.
set -euo pipefail
model=/usr/lib/python3/dist-packages/botocore/data/secretsmanager/2017-10-17
if [ ! -d "$model" ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && apt-get install -qq -y --no-install-recommends python3-botocore
fi
