"""Runs moto's server on a free loopback port, for those who know the secret in the first line of stdin.
Corrects resharding, the numbers of function versions and a reserved concurrency of 0, adds percentiles
of metrics and keys of log groups, and saves moto from doing the same work again."""

import hashlib
import hmac
import logging
import math
import os
import re
import signal
import sys
import threading
from collections import OrderedDict

# Ctrl-C sends SIGINT to the whole process group. The parent handles it and still needs moto for destroy.
signal.signal(signal.SIGINT, signal.SIG_IGN)
logging.getLogger("werkzeug").setLevel(logging.ERROR)

SECRET = sys.stdin.buffer.readline().strip()


def end_with_parent():
    """Exits when stdin is closed, which happens even if the parent is killed."""
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from moto import backends  # noqa: E402
from moto.awslambda.models import LambdaFunction  # noqa: E402
from moto.cloudwatch.models import Statistics  # noqa: E402
from moto.core.responses import BaseResponse  # noqa: E402
from moto.iam.models import IAMBackend  # noqa: E402
from moto.kinesis.models import Stream  # noqa: E402
from moto.logs.exceptions import ResourceNotFoundException  # noqa: E402
from moto.logs.responses import LogsResponse  # noqa: E402
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.exceptions import NotImplemented as NotImplementedHere  # noqa: E402
from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402


def keeping_records(reshard):
    """In Kinesis, records stay in the parent shards. moto would move them to the child shards."""

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
    """Kinesis puts records into open shards only. moto would also put them into closed parent shards."""
    digest = hashlib.md5(partition_key.encode()).hexdigest()
    key = int(explicit_hash_key) if explicit_hash_key else int(digest, 16)
    return next(
        shard
        for shard in stream.shards.values()
        if shard.is_open and shard.starting_hash <= key <= shard.ending_hash
    )


def with_no_concurrency(get_code):
    """moto answers GetFunction without a reserved concurrency of 0, as if none were reserved."""

    def code(function):
        answer = get_code(function)
        if function.reserved_concurrency == 0:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": 0}
        return answer

    return code


def with_percentiles(statistic_for_type):
    """moto has no percentile statistics, such as p90. Its GetMetricData fails with status 500."""

    def statistic(statistics, stat):
        percentile = re.fullmatch(r"p(\d+(?:\.\d+)?)", stat)
        values = sorted(statistics.metric_single_values_list)
        if percentile is None or not values:
            return statistic_for_type(statistics, stat)
        rank = math.ceil(float(percentile[1]) / 100 * len(values))
        return values[max(rank, 1) - 1]

    return statistic


def never_reusing_numbers(set_version):
    """Lambda never reuses the number of a version, even if the function was deleted and created again.
    moto counts the versions that are left."""
    last = {}

    def numbered(version, number):
        arn = version.function_arn  # Still that of the function.
        last[arn] = max(number, last.get(arn, 0) + 1)
        set_version(version, last[arn])

    return numbered


def saying_what_is_missing(call_action):
    """moto answers operations that it lacks with status 500, which clients repeat for minutes."""

    def called(response):
        try:
            return call_action(response)
        except NotImplementedError as error:
            raise NotImplementedHere() from error

    return called


def with_key(key_of):
    """AssociateKmsKey or DisassociateKmsKey, which moto lacks."""

    def changed(response):
        group = response.logs_backend.groups.get(response._get_param("logGroupName"))
        if group is None:
            raise ResourceNotFoundException()
        group.kms_key_id = key_of(response)
        return ""

    return changed


def once_per_partition(load):
    """moto would load AWS's 1,500 managed policies again for each account, which takes 0.7 s."""
    loaded = {}

    def policies(backend):
        partition = backend.region_name
        if partition not in loaded:
            loaded[partition] = load(backend)
        return loaded[partition]

    return policies


class OnlyAws:
    """Answers requests with the secret only, and none to the paths of moto's own API, such as its reset."""

    OTHER_PATHS = ("/moto-api", "/latest/meta-data/", "/latest/api/", "/favicon.ico")

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        given = environ.pop("HTTP_X_LOCAL_AWS_SECRET", "").encode("latin-1")
        path = environ.get("PATH_INFO", "")
        if hmac.compare_digest(given, SECRET) and not path.startswith(self.OTHER_PATHS):
            return self.application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"this port answers the local AWS only, and only AWS's own APIs\n"]


# moto would list its directory at each call.
MODULES = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: MODULES
IAMBackend._init_aws_policies = once_per_partition(IAMBackend._init_aws_policies)
LambdaFunction.set_version = never_reusing_numbers(LambdaFunction.set_version)
LambdaFunction.get_code = with_no_concurrency(LambdaFunction.get_code)
Statistics.get_statistics_for_type = with_percentiles(Statistics.get_statistics_for_type)
BaseResponse.call_action = saying_what_is_missing(BaseResponse.call_action)
LogsResponse.associate_kms_key = with_key(lambda response: response._get_param("kmsKeyId"))
LogsResponse.disassociate_kms_key = with_key(lambda response: None)
Stream.split_shard = keeping_records(Stream.split_shard)
Stream.merge_shards = keeping_records(Stream.merge_shards)
Stream.get_shard_for_key = open_shard_for_key

app = OnlyAws(ProxyFix(DomainDispatcherApplication(create_backend_app), x_host=1))
# With port 0 the kernel chooses a free port, so that parallel runs cannot conflict.
server = make_server("127.0.0.1", 0, app, threaded=True)
os.environ["MOTO_PORT"] = str(server.server_port)
print(server.server_port, flush=True)
server.serve_forever()
