# What the scripts beside this file share: where things lie, and how a server is found, started, awaited and signalled.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the constants are for the scripts that read this file

servers=${TATARA_SERVERS:-${HOME:-/root}/.cache/tatara/servers}
bin=$servers/bin
state=${TATARA_CLUSTER:-/tmp/tatara-cluster}
PATH=$bin:$PATH

# The node's address lies on a bridge of its own, so that nothing depends on the machine's network cards.
readonly node=tatara-node node_link=tatara-node pod_link=tatara-pods firewall=tatara
readonly address=10.240.0.1 pods=10.244.0.0/22 services=10.96.0.0/16 kubernetes_service=10.96.0.1
readonly api=https://$address:6443 etcd=http://127.0.0.1:12379 etcd_peer=http://127.0.0.1:12380
readonly temporal=$address:7233 temporal_metrics=$address:7235 s3=http://$address:9000
readonly prometheus=http://127.0.0.1:19090 redis_port=16379 repo_port=18091
readonly pause_image=tatara.test/pause:1 busybox_image=tatara.test/busybox:1
readonly control_plane=(etcd apiserver controller-manager scheduler containerd kubelet kube-proxy coredns)

fail() {
  echo "${0##*/}: $1" >&2
  exit 1
}

need_root() {
  [[ $EUID == 0 ]] || fail "pods need mounts, networks and cgroups, so this must run as root; it runs as $(id -un)"
}

# Takes `--state DIR` out of the arguments and leaves the others in the array `arguments`.
take_state() {
  arguments=()
  while (($#)); do
    case $1 in
      --state)
        [[ -n ${2:-} ]] || fail "--state needs a folder, such as --state /tmp/tatara-cluster"
        state=$2
        shift 2
        ;;
      -h | --help)
        sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"
        exit 0
        ;;
      *)
        arguments+=("$1")
        shift
        ;;
    esac
  done
  state=$(realpath -m "$state")
  [[ $state =~ ^/[A-Za-z0-9._/-]+$ ]] || fail "the state folder is '$state'; use letters, digits and ._- only, since others read it unquoted"
  # A unix socket's name has at most 107 bytes, and containerd's lie below.
  ((${#state} <= 70)) || fail "the state folder '$state' has ${#state} characters; use at most 70"
  secrets=$state/secrets
  containerd_socket=$state/run/containerd.sock
  # The name of what lies outside the folder: cgroups, and notes about the pods' networks. All processes below it are killed.
  mark=$(cat "$state/tatara-cluster" 2>/dev/null) || mark=tatara-$(sha256sum <<<"$state" | cut -c 1-8)
  [[ $mark =~ ^tatara[-0-9a-f]*$ ]] || fail "$state/tatara-cluster should hold the cluster's name, but holds '$mark'"
}

# One at a time on a machine, whatever the state folder: addresses and ports are fixed.
take_lock() {
  exec 9>/run/lock/tatara-cluster
  flock --wait 300 9 || fail "another up or down has been at work for five minutes; see 'fuser /run/lock/tatara-cluster'"
}

# The state folder of the cluster whose network exists on this machine, or nothing.
owner() {
  cat "/sys/class/net/$node_link/ifalias" 2>/dev/null || true
}

# Fields of /proc/PID/stat from the state on, in the array `stat`; fails if there is no such process.
read_stat() { # PID
  local line
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -ra stat <<<"${line##*) }"
}

# The process id of a running server. Its start time is compared too: ids are used again, above all after a reboot. A zombie counts as
# running while it has threads, since these hold its ports.
pid_of() { # NAME
  local pid since stat
  { read -r pid since <"$state/pids/$1"; } 2>/dev/null || return 1
  read_stat "$pid" || return 1
  [[ ${stat[19]} == "$since" ]] || return 1
  [[ ${stat[0]} != Z || ${stat[17]} -gt 1 ]] || return 1
  echo "$pid"
}

seconds_since_start() { # PID
  local stat up
  read_stat "$1" || return 1
  read -r up _ </proc/uptime
  awk -v up="$up" -v ticks="${stat[19]}" -v hertz="$(getconf CLK_TCK)" 'BEGIN {printf "%.1f", up - ticks / hertz}'
}

# Starts a process that outlives this script, its terminal and the other servers.
launch() { # NAME COMMAND...
  local name=$1 log=$state/logs/$1.log pid stat=()
  shift
  mkdir -p "$state/logs" "$state/pids"
  printf '\n=== %s: starts %s\n' "$(date -u +%FT%TZ)" "$name" >>"$log"
  setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  read_stat "$pid" || true
  echo "$pid ${stat[19]:-gone}" >"$state/pids/$name"
}

# Polls a condition. Load on the machine makes things slow, never wrong, hence long limits.
await() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

is_gone() { # NAME
  ! pid_of "$1"
}

# Asks a server to go, and after some seconds makes it go.
finish() { # NAME SECONDS
  local pid
  pid=$(pid_of "$1") || return 0
  kill -TERM "$pid" 2>/dev/null || true
  kill -CONT "$pid" 2>/dev/null || true
  await "$2" is_gone "$1" || kill -KILL "$pid" 2>/dev/null || true
  await 10 is_gone "$1" || fail "$1 (process $pid) does not end, even by SIGKILL; see 'cat /proc/$pid/stack'"
}

ctr() {
  command ctr --address "$containerd_socket" --namespace k8s.io "$@"
}
