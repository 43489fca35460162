"""moto's server on a free loopback port, with streams that are resharded as Kinesis reshards them."""

import hashlib
import logging
import os
import signal
import sys
import threading
from collections import OrderedDict

# SIGINT is the parent's to handle: Ctrl-C reaches the whole process group, and destroy still needs moto.
signal.signal(signal.SIGINT, signal.SIG_IGN)
logging.getLogger("werkzeug").setLevel(logging.ERROR)


def end_with_parent():
    """Reading stdin to its end notices even a parent that is killed, where no exit handler runs."""
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from moto.kinesis.models import Stream  # noqa: E402
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402


def keeping_records(reshard):
    """In Kinesis the records stay in the parent shards; moto moves them to the children."""

    def resharded(stream, *args):
        records = {name: shard.records for name, shard in stream.shards.items()}
        for shard in stream.shards.values():
            shard.records = OrderedDict()
        try:
            reshard(stream, *args)
        finally:
            for name, kept in records.items():
                stream.shards[name].records = kept

    return resharded


def open_shard_for_key(stream, partition_key, explicit_hash_key):
    """moto would put records into a parent shard, though that is closed."""
    digest = hashlib.md5(partition_key.encode()).hexdigest()
    key = int(explicit_hash_key) if explicit_hash_key else int(digest, 16)
    return next(
        shard
        for shard in stream.shards.values()
        if shard.is_open and shard.starting_hash <= key <= shard.ending_hash
    )


Stream.split_shard = keeping_records(Stream.split_shard)
Stream.merge_shards = keeping_records(Stream.merge_shards)
Stream.get_shard_for_key = open_shard_for_key

app = ProxyFix(DomainDispatcherApplication(create_backend_app), x_host=1)
# Port 0 lets the kernel choose, so two runs can never race for one.
server = make_server("127.0.0.1", 0, app, threaded=True)
os.environ["MOTO_PORT"] = str(server.server_port)
print(server.server_port, flush=True)
server.serve_forever()
