#!/usr/bin/env bash
# A Kubernetes API server with its controllers, and a simulated kubelet, on 127.0.0.1.
#   up       starts it, building it first where that wasn't done before; prints the line that makes kubectl and the tests use it
#   down     stops it and forgets all that was in it
#   status   prints whether it runs, and where its files are
#   restart  takes the API server away and brings it back, with all that was in it
# What is built lies in ${XDG_CACHE_HOME:-~/.cache}/rotatesecrets/kubernetes; ROTATESECRETS_KUBERNETES_RUN names another folder for what runs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rotatesecrets/kubernetes
run=${ROTATESECRETS_KUBERNETES_RUN:-$cache/run}
parts=(etcd kube-apiserver kube-controller-manager kubelet)

say() { echo "kubernetes.sh: $*" >&2; }

# alive PART: whether the process that was started for it still runs.
alive() {
  local pid
  pid=$(cat "$run/$1.pid" 2>/dev/null) && grep -qaF "$run/" "/proc/$pid/cmdline" 2>/dev/null
}

running() { local part; for part in "${parts[@]}"; do alive "$part" || return 1; done; [ -e "$run/ready" ]; }

# Memory is cheaper here than the processor, which what is tested needs too.
export GOGC=300

# start PART COMMAND...: in a session of its own, which no Ctrl-C reaches.
start() {
  local part=$1
  shift
  setsid "$@" >>"$run/$part.log" 2>&1 </dev/null 9>&- &
  echo $! >"$run/$part.pid"
}

# stop PART: asks, and after ten seconds insists.
stop() {
  local pid i
  if alive "$1"; then
    pid=$(cat "$run/$1.pid")
    kill "$pid" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do alive "$1" || break; sleep 0.1; done
    alive "$1" && kill -KILL "$pid" 2>/dev/null
  fi
  rm -f "$run/$1.pid"
}

# await FILE PART...: until the file is there; fails when one of the parts has ended, or after five minutes.
await() {
  local file=$1 i part
  shift
  for ((i = 0; i < 3000; i++)); do
    [ -e "$file" ] && return
    for part in "$@"; do
      alive "$part" || { say "$part has ended; the last it said:"; tail -n 5 "$run/$part.log" >&2; return 1; }
    done
    sleep 0.1
  done
  say "no $(basename "$file") after five minutes; the logs are in $run"
  return 1
}

# free_ports N: ports on which nothing listens now.
free_ports() {
  local found=() port
  while [ ${#found[@]} -lt "$1" ]; do
    port=$((20000 + RANDOM % 12000))
    [[ " ${found[*]-} " == *" $port "* ]] || (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || found+=("$port")
  done
  echo "${found[@]}"
}

start_etcd() {
  local data=$run/etcd
  # It syncs every write: on a disk that is what most of the time would go to.
  [ -w /dev/shm ] && data=$(mktemp -d /dev/shm/rotatesecrets-etcd.XXXXXX)
  ln -sfn "$data" "$run/data"
  start etcd "$cache/bin/etcd" --data-dir "$run/data" --log-level error --logger zap \
    --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
    --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer"
}

start_apiserver() {
  start kube-apiserver "$cache/bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd" --bind-address 127.0.0.1 --secure-port "$api" \
    --endpoint-reconciler-type none --service-cluster-ip-range 10.0.0.0/24 --allow-privileged --feature-gates EphemeralContainers=true \
    --cert-dir "$run/certs" --client-ca-file "$run/certs/ca.crt" --tls-cert-file "$run/certs/apiserver.crt" --tls-private-key-file "$run/certs/apiserver.key" \
    --kubelet-certificate-authority "$run/certs/ca.crt" --kubelet-client-certificate "$run/certs/admin.crt" --kubelet-client-key "$run/certs/admin.key" \
    --kubelet-preferred-address-types InternalIP --authorization-mode RBAC \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$run/certs/serviceaccount.pub" \
    --service-account-signing-key-file "$run/certs/serviceaccount.key" \
    --audit-policy-file "$here/Kubernetes/audit-policy.yaml" --audit-log-path "$run/audit.log" --audit-log-maxsize 2000
}

start_controllers() {
  start kube-controller-manager "$cache/bin/kube-controller-manager" --kubeconfig "$run/controllers.kubeconfig" --leader-elect=false --port 0 --secure-port 0 \
    --controllers deployment,replicaset,replicationcontroller,statefulset,daemonset,job,cronjob,disruption,resourcequota,namespace,serviceaccount,serviceaccount-token,root-ca-cert-publisher,garbagecollector \
    --service-account-private-key-file "$run/certs/serviceaccount.key" --root-ca-file "$run/certs/ca.crt" \
    --kube-api-qps 1000 --kube-api-burst 2000
}

up() {
  mkdir -p "$run"
  exec 9>"$run/lock"
  flock 9
  if ! running; then
    "$here/Kubernetes/build.sh" "$cache"
    forget
    read -r etcd peer api <<<"$(free_ports 3)"
    printf 'etcd=%s peer=%s api=%s\n' "$etcd" "$peer" "$api" >"$run/ports"
    "$here/Kubernetes/credentials.sh" "$run" "https://127.0.0.1:$api"
    # A copy, so that building it anew doesn't change what runs.
    dotnet build "$here/Kubelet" -v quiet --nologo >&2
    cp -r "$here/Kubelet/bin/Debug/net10.0" "$run/kubelet"
    start_etcd
    start_apiserver
    start kubelet dotnet "$run/kubelet/Kubelet.dll" --run "$run" --nodes 2
    await "$run/api" etcd kube-apiserver kubelet
    start_controllers
    await "$run/ready" "${parts[@]}"
  fi
  echo "export KUBECONFIG=$run/kubeconfig"
}

# What ran and what it left, but for the lock.
forget() {
  local part
  for part in kubelet kube-controller-manager kube-apiserver etcd; do stop "$part"; done
  [ -L "$run/data" ] && rm -rf "$(readlink "$run/data")"
  find "$run" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
}

case ${1-} in
  up) up ;;
  down)
    [ -d "$run" ] || exit 0
    exec 9>"$run/lock"
    flock 9
    forget
    ;;
  restart)
    running || { say 'it does not run'; exit 3; }
    # shellcheck source=/dev/null
    source "$run/ports"
    stop kube-apiserver
    start_apiserver
    ;;
  status)
    if running; then
      printf 'running\nkubeconfig %s\naudit      %s\nlogs       %s\n' "$run/kubeconfig" "$run/audit.log" "$run"
    else
      echo "stopped; $0 up starts it"
      exit 3
    fi
    ;;
  *)
    sed -n '2,7s/^# //p' "$0" >&2
    exit 64
    ;;
esac
