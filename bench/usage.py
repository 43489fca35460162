"""Runs a command and writes what it and all its descendants used to the file that is the first argument.

Node.js cannot measure the descendants of a process. On Linux this process becomes their parent when
their own parent ends, so that one that outlives it, such as esbuild's service, is counted as well.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
# A version manager that starts Python in its own process has children as well.
before = resource.getrusage(resource.RUSAGE_CHILDREN)
start = time.monotonic()
code = subprocess.call(sys.argv[2:])
wall = time.monotonic() - start
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
after = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
with open(sys.argv[1], "w") as file:
    json.dump({"wall": wall, "cpu": cpu}, file)
sys.exit(code)
