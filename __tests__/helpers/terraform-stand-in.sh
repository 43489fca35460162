#!/bin/sh
# Stands in for Terraform where a test is about what happens around it: files, signals, exit codes.
if [ "$1" = version ]; then
  echo "Terraform v1.5.0"
  exit
fi
run=$(cd ../.. && pwd)
log() { echo "$*" >> "$STAND_IN/log"; }
log "$1 in $(ls -ld "$run" | cut -c1-10) $run"
case "$1 $2" in
init*)
  [ -e .terraform/providers/provider ] && log "uses the provider again"
  [ -e .terraform.lock.hcl ] && log "uses the lock file again"
  mkdir -p .terraform/providers
  echo provider > .terraform/providers/provider
  echo lock > .terraform.lock.hcl
  backend='{"type": "local", "config": {"path": "../../../terraform.cross-account-kinesis.tfstate"}}'
  echo "{\"backend\": $backend}" > .terraform/terraform.tfstate
  ;;
plan*)
  echo "a plan"
  echo "planned in $run" > pending.tfplan
  ;;
"show -json") cat "$STAND_IN/plan.json" ;;
apply*)
  trap 'log interrupted' INT
  touch "$STAND_IN/applying"
  echo "applying"
  while [ ! -e "$STAND_IN/go" ]; do sleep 0.1; done
  [ -n "$(find assets -name index.js)" ] && log "applies what was $(cat pending.tfplan)"
  if [ -e "$STAND_IN/fail" ]; then
    echo state > errored.tfstate
    exit 1
  fi
  ;;
esac
