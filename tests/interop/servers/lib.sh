# Shared by the server scripts. Sourced by ../run, after which a server script is sourced that defines
#   install   puts the server into its own virtual environment, if it is not there yet
#   start     starts it on 127.0.0.1 and exports what the checks read: ENDPOINT, REGION, ACCESS_KEY, SECRET_KEY, ...
# State lies under $INTEROP_HOME: venv-<server> for the installation, run/<server> for one run.

INTEROP_HOME="${INTEROP_HOME:-$ROOT/target/interop}"
mkdir -p "$INTEROP_HOME"
INTEROP_HOME="$(cd "$INTEROP_HOME" && pwd)"
REGION=eu-north-1
# The secret has characters that go wrong when something encodes it on the way.
OWN_ACCESS_KEY=AKIDINTEROPEXAMPLE01
OWN_SECRET_KEY='secret+with/odd=chars+0123456789ABCDEFGH'
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
PIDS=()

fail() {
  echo "$*" >&2
  exit 3
}

# fresh_dir SERVER: sets and empties the folder of this run.
fresh_dir() {
  DIR="$INTEROP_HOME/run/$1"
  rm -rf "$DIR"
  mkdir -p "$DIR"
}

# pip_install SERVER PROGRAM PACKAGE: sets VENV, and installs the package unless the program is there.
pip_install() {
  VENV="$INTEROP_HOME/venv-$1"
  [ -x "$VENV/bin/$2" ] && return
  python3 -m venv --clear "$VENV"
  "$VENV/bin/pip" --quiet --disable-pip-version-check install "$3"
}

# install_boto3: the stock client that goes through the gateway. jp.py comes with it.
BOTO3_VERSION=1.44.5
install_boto3() {
  local VENV
  pip_install boto3 jp.py "boto3==$BOTO3_VERSION"
}

# free_ports COUNT: so many ports that nobody listens on, below those that the kernel hands out by itself.
free_ports() {
  python3 - "$1" <<'PY'
import random, socket, sys
free, wanted = [], int(sys.argv[1])
for port in random.sample(range(20000, 32000), 500):
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            free.append(port)
    except OSError:
        pass
    if len(free) == wanted:
        break
else:
    sys.exit("no free ports")
print(*free)
PY
}

# background LOG COMMAND...: a process that stop ends.
background() {
  local log="$DIR/$1.log"
  shift
  "$@" >"$log" 2>&1 </dev/null &
  PIDS+=($!)
}

# wait_until COMMAND...: until it succeeds, for at most 60 seconds, and as long as the server lives.
wait_until() {
  local pid i
  for ((i = 0; i < 300; i++)); do
    for pid in "${PIDS[@]}"; do
      kill -0 "$pid" 2>/dev/null || { tail -n 20 "$DIR"/*.log >&2; fail "the server ended by itself"; }
    done
    "$@" && return
    sleep 0.2
  done
  fail "not ready within 60 seconds ($*), see $DIR"
}

# answers PORT PATH: whether any answer below 500 comes.
answers() {
  local code
  code=$(curl --silent --output /dev/null --max-time 2 --write-out '%{http_code}' "http://127.0.0.1:$1$2" || true)
  [ "$code" -gt 0 ] && [ "$code" -lt 500 ]
}

# stop: ends the processes that background started, and no other.
stop() {
  local pid i
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${PIDS[@]}"; do
    for ((i = 0; i < 50; i++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  PIDS=()
}
