#!/usr/bin/env bash
# A Slurm cluster of its own, of two nodes that are this machine: its controller, its daemons, its munge and its ports. It
# needs root, but neither systemd nor a change of /etc.
#
#   cluster.sh DIRECTORY    starts it, prints `ready`, and takes it down when its input ends
#
# SLURM_CONF=DIRECTORY/slurm.conf makes Slurm's commands talk to it. The directory must be new, and is left to the caller.
set -euo pipefail
root=$1
host=$(hostname -s)
mkdir -m 755 "$root" "$root/munge"
mkdir "$root/state" "$root/n1" "$root/n2"

children=()
stop() {
    trap - EXIT
    # The daemons first: they end the tasks that still run.
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
}
trap stop EXIT
trap 'exit 143' TERM INT HUP

# Ports that nobody has at this moment.
ports() {
    python3 -c '
import socket
sockets = [socket.socket() for _ in range(3)]
for one in sockets: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))'
}
read -r controller first second < <(ports)

(umask 077 && head -c 128 /dev/urandom >"$root/munge/key")
munged --foreground --force --num-threads=2 --key-file="$root/munge/key" --socket="$root/munge/socket" \
    --pid-file="$root/munge/pid" --log-file="$root/munge/log" --seed-file="$root/munge/seed" >"$root/munge/output" 2>&1 &
children+=($!)

cat >"$root/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A task that is requeued waits for the end of its credential.
AuthInfo=socket=$root/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/%n
SlurmctldPidFile=$root/controller.pid
SlurmdPidFile=$root/%n.pid
SlurmctldLogFile=$root/controller.log
SlurmdLogFile=$root/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/linear
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1,bf_interval=1
ReturnToService=2
KillWait=20
CompleteWait=0
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$first CPUs=1 RealMemory=100
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$second CPUs=1 RealMemory=100
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
PartitionName=closed Nodes=n1 MaxTime=INFINITE State=INACTIVE
END
export SLURM_CONF=$root/slurm.conf

# Whether a command succeeds before ten seconds are over; none of these daemons tells that it is ready.
await() {
    for _ in $(seq 100); do
        "$@" >"$root/await.log" 2>&1 && return
        sleep 0.1
    done
    echo "cluster.sh: '$*' did not succeed" >&2
    tail -n 20 "$root/await.log" "$root"/*.log "$root/munge/log" >&2
    exit 1
}
idle() { [[ $(sinfo --noheader --Node --partition=all --states=idle --format=%N | sort | paste -sd' ') == "n1 n2" ]]; }

await munge --socket="$root/munge/socket" --no-input
slurmctld -c -D >"$root/controller.output" 2>&1 &
children+=($!)
for node in n1 n2; do
    slurmd -D -N "$node" >"$root/$node.output" 2>&1 &
    children+=($!)
done
await idle
echo ready
# In the background, since a shell heeds no signal while it waits for a program before it.
cat <&0 >"$root/input" &
children+=($!)
wait $!
