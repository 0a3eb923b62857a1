#!/bin/sh
# Installs the Debian packages of the servers that tests talk to, where that is possible and they are missing.
# Says plainly which tests will be skipped where it is not.
missing=""
command -v dovecot >/dev/null 2>&1 || [ -x /usr/sbin/dovecot ] || missing="$missing dovecot-imapd"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -x /usr/bin/chromium ] || missing="$missing chromium"
command -v tesseract >/dev/null 2>&1 && tesseract --list-langs 2>/dev/null | grep -q '^ara$' && tesseract --list-langs 2>/dev/null | grep -q '^fra$' \
    || missing="$missing tesseract-ocr tesseract-ocr-fra tesseract-ocr-ara"
[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$missing"
    # A server that the package starts by itself is not wanted: tests start their own, on their own ports.
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d 2>/dev/null && chmod +x /usr/sbin/policy-rc.d
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/tmp/guichet-servers.$$ 2>&1
    status=$?
    rm -f /usr/sbin/policy-rc.d
    if [ $status = 0 ]; then rm -f /tmp/guichet-servers.$$; exit 0; fi
    tail -n 5 /tmp/guichet-servers.$$ >&2; rm -f /tmp/guichet-servers.$$
fi
echo "Not installed:$missing — the tests on these real servers will be skipped." >&2
echo "To run them: apt-get install$missing" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
