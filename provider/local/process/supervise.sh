#!/bin/sh
# Keeps one command running: supervise.sh PIDFILE STOPSIGNAL COMMAND [ARG...]
# Writes its own pid first, so that a starter that dies in between is found by the next one. Starts the command again
# when it ends by itself, at once the first time, then after 0.2 s doubled up to 5 s; a run of 10 s resets the wait.
# TERM ends the command with STOPSIGNAL and then this. Nothing here is evaluated: the command is an argument list.
# The command's environment is the one given here: no variable of this script may bear a name that a team would use,
# and its own programs are not looked for on the team's PATH.
set -u
_gl_pidfile=$1
_gl_signal=$2
shift 2
_gl_path=/usr/bin:/bin
printf '%s\n' "$$" >"$_gl_pidfile.$$" && PATH=$_gl_path mv "$_gl_pidfile.$$" "$_gl_pidfile" || exit 73
_gl_child=''
_gl_waiter=''
_gl_stopping=''
_gl_stop() {
  _gl_stopping=1
  if [ -n "$_gl_child" ]; then kill -s "$_gl_signal" "$_gl_child" 2>/dev/null; fi
  if [ -n "$_gl_waiter" ]; then kill "$_gl_waiter" 2>/dev/null; fi
}
trap _gl_stop TERM INT
trap '' HUP
_gl_waits='0 0.2 0.4 0.8 1.6 3.2 5'
_gl_next=$_gl_waits
while [ -z "$_gl_stopping" ]; do
  _gl_began=$(PATH=$_gl_path date +%s)
  "$@" &
  _gl_child=$!
  if [ -n "$_gl_stopping" ]; then kill -s "$_gl_signal" "$_gl_child" 2>/dev/null; fi
  wait "$_gl_child"
  _gl_status=$?
  while kill -0 "$_gl_child" 2>/dev/null; do
    wait "$_gl_child"
    _gl_status=$?
  done
  _gl_child=''
  if [ -n "$_gl_stopping" ]; then break; fi
  printf '{"level":"fatal","msg":"the process ended with status %s; starting it again"}\n' "$_gl_status"
  if [ $(($(PATH=$_gl_path date +%s) - _gl_began)) -ge 10 ]; then _gl_next=$_gl_waits; fi
  PATH=$_gl_path sleep "${_gl_next%% *}" &
  _gl_waiter=$!
  wait "$_gl_waiter"
  _gl_waiter=''
  case $_gl_next in *' '*) _gl_next=${_gl_next#* } ;; esac
done
PATH=$_gl_path rm -f "$_gl_pidfile"
exit 0
