#!/usr/bin/env python3
"""Stands in for `popcorn-lab test` in a task: writes the log of a run without booting guests.

Which cases to run it asks the real one. A shard with a file hold/SHARD-EXECUTION in the directory STAND_IN stops for ever
after the first case, and says so in its log by a try that failed because its guest died, as a task's does that is being killed.
"""
import json
import os
import signal
import subprocess
import sys
import time

words = sys.argv[1:]
place = os.environ["STAND_IN"]
if words[0] == "down":
    sys.exit(0)
chosen = subprocess.run(
    [os.environ["STAND_IN_FOR"], *words, "--dry-run", "--json"], check=True, stdout=subprocess.PIPE)
plans = json.loads(chosen.stdout)
shard = words[words.index("--shard") + 1]
number = shard.split("/")[0]
runs = os.environ["XDG_STATE_HOME"] + "/popcorn-lab/runs"
execution = len(os.listdir(runs)) + 1
if os.path.exists(f"{place}/fail/{number}"):
    sys.exit("this node has no QEMU")
run = f"{runs}/20261130-16000{execution}-test-000{execution}"
os.mkdir(run)


def say(event):
    with open(run + "/events.jsonl", "a", encoding="utf-8") as log:
        log.write(json.dumps(event) + "\n")


def tried(plan, problems):
    attempt = {
        "number": 1, "boot": "pair-1", "started": time.time(), "seconds": 0.1, "problems": problems,
        "measurements": [], "folder": f"cases/{plan['id']}/try-1", "diagnosis": []}
    say({"tried": {"id": plan["id"], "_1": attempt}})


say({"began": {"_0": {
    "id": os.path.basename(run), "suite": "smoke", "suiteFile": words[1], "seed": int(words[words.index("--seed") + 1]),
    "commandLine": ["popcorn-lab"], "version": "1", "started": time.time(), "shard": shard, "cases": plans}}})
say({"booted": {"_0": {
    "id": "pair-1", "lab": "pair", "started": time.time(), "seconds": 1,
    "fingerprint": {"platform": {}, "subject": {}}}}})
for index, plan in enumerate(plans):
    if index == 1 and os.path.exists(f"{place}/hold/{number}-{execution}"):
        tried(plan, [{"kind": "guest-died", "summary": "the guest ended", "details": []}])
        while True:
            signal.pause()
    tried(plan, [])
say({"ended": {"seconds": 1, "interrupted": False}})
