#!/bin/sh
# Keeps one command running: supervise.sh PIDFILE STOPSIGNAL COMMAND [ARG...]
# Writes its own pid first, so that a starter that dies in between is found by the next one. Starts the command again
# when it ends by itself, at once the first time, then after 0.2 s doubled up to 5 s; a run of 10 s resets the wait.
# TERM ends the command with STOPSIGNAL and then this. Nothing here is evaluated: the command is an argument list.
set -u
pidfile=$1
signal=$2
shift 2
printf '%s\n' "$$" >"$pidfile.$$" && mv "$pidfile.$$" "$pidfile" || exit 73
child=''
waiter=''
stopping=''
stop() {
  stopping=1
  if [ -n "$child" ]; then kill -s "$signal" "$child" 2>/dev/null; fi
  if [ -n "$waiter" ]; then kill "$waiter" 2>/dev/null; fi
}
trap stop TERM INT
trap '' HUP
waits='0 0.2 0.4 0.8 1.6 3.2 5'
next=$waits
while [ -z "$stopping" ]; do
  began=$(date +%s)
  "$@" &
  child=$!
  if [ -n "$stopping" ]; then kill -s "$signal" "$child" 2>/dev/null; fi
  wait "$child"
  status=$?
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    status=$?
  done
  child=''
  if [ -n "$stopping" ]; then break; fi
  printf '{"level":"fatal","msg":"the process ended with status %s; starting it again"}\n' "$status"
  if [ $(($(date +%s) - began)) -ge 10 ]; then next=$waits; fi
  sleep "${next%% *}" &
  waiter=$!
  wait "$waiter"
  waiter=''
  case $next in *' '*) next=${next#* } ;; esac
done
rm -f "$pidfile"
exit 0
