#!/bin/sh
# Programs the tests drive: Chromium for the screens, rsyslog and logger for the syslog listener, PostgreSQL for the desk,
# Postfix for the digests.
# Uses what there is, else installs Debian's where we may, else says what to do.
set -e
missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
  missing="$missing chromium"
PATH="$PATH:/usr/sbin" command -v rsyslogd >/dev/null 2>&1 || missing="$missing rsyslog rsyslog-gnutls"
command -v logger >/dev/null 2>&1 || missing="$missing bsdutils"
PATH="$PATH:/usr/sbin" command -v postfix >/dev/null 2>&1 || missing="$missing postfix"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
lighter=""
command -v chromium-headless-shell >/dev/null 2>&1 || lighter="chromium-headless-shell"
if [ -n "$missing$lighter" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing$missing $lighter with apt-get ..."
  apt-get update -qq
  # shellcheck disable=SC2086
  if [ -n "$missing" ]; then DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; fi
  # not every distribution has it, and the whole browser does as well
  if [ -n "$lighter" ]; then apt-get install -y -qq --no-install-recommends "$lighter" >/dev/null 2>&1 || true; fi
  exit 0
fi
if [ -z "$missing" ]; then exit 0; fi
echo "The tests need$missing: install them (Debian: sudo apt-get install$missing), or leave out what needs a browser with: make test ARGS='-m \"not browser\"'" >&2
exit 1
