#!/bin/sh
# Installs mosquitto with apt where it is missing and where root or a password-free sudo allows it.
# Never fails: without mosquitto the hub has a broker of its own. Prints to stderr only.
# ECOHUB_APT=no keeps apt out of it; ECOHUB_SBIN and ECOHUB_POLICY are for tests.
set -u
exec 1>&2

# A user's PATH on Debian lacks the folder that mosquitto is in.
places=${ECOHUB_SBIN:-/usr/sbin /usr/local/sbin /usr/local/bin}
policy=${ECOHUB_POLICY:-/usr/sbin/policy-rc.d}

say() { printf 'set-up: %s\n' "$*"; }

is_here() {
    for folder in $(printf %s "$PATH" | tr : ' ') $places; do
        [ -x "$folder/mosquitto" ] && return
    done
    return 1
}

go_without() {
    say "mosquitto is not installed $1"
    say "the hub goes on with its embedded broker: fine for a try, on this machine only."
    say "For devices on the network: sudo apt install mosquitto"
    exit 0
}

install() {
    env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=60 -o Acquire::Retries=1 -o Acquire::http::Timeout=20 mosquitto >"$log" 2>&1
}

# Debian starts and enables the service on install, on the hub's own port. The hub starts a mosquitto itself,
# so this one stays off; nothing is stopped that was there before.
install_without_service() {
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    trap 'exit 130' INT TERM
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$log" "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    if ! install && ! { apt-get update -qq >>"$log" 2>&1 && install; }; then
        tail -n 3 "$log"
        return 1
    fi
    if command -v systemctl >/dev/null; then
        systemctl --quiet disable mosquitto.service >/dev/null 2>&1 || true
    fi
}

is_here && exit 0
[ "${ECOHUB_APT:-yes}" = yes ] || go_without "(ECOHUB_APT=$ECOHUB_APT)"
command -v apt-get >/dev/null || go_without "and there is no apt here"
if [ "$(id -u)" -ne 0 ]; then
    # One argument stops a second round of sudo.
    [ $# -eq 0 ] && sudo -n true 2>/dev/null || go_without "and there is neither root nor a sudo without password"
    sudo -n sh "$0" as-root
    is_here || go_without "(apt could not)"
    exit 0
fi

say "installing mosquitto with apt (its system service stays off; the hub runs a mosquitto of its own)"
install_without_service || go_without "(apt could not)"
exit 0
