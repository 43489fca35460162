"""What is corrected in moto: resharding, concurrent calls to a queue, the numbers of function versions
and a reserved concurrency of 0. Percentiles of metrics and keys of log groups are added, and moto is
saved from doing the same work again."""

import hashlib
import math
import re
from collections import OrderedDict

from moto import backends
from moto.awslambda.models import LambdaFunction
from moto.cloudwatch.models import Statistics
from moto.core.responses import BaseResponse
from moto.iam.models import IAMBackend
from moto.kinesis.models import Stream
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse
from moto.sqs.models import Queue, SQSBackend
from werkzeug.exceptions import NotImplemented as NotImplementedHere


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


def one_at_a_time(change, queue_of):
    """SQS takes concurrent calls. In moto, one that replaces the list of messages would undo another,
    so that a deleted message comes back, or a sent one is lost. Waiting for messages frees the lock."""

    def locked(owner, *args, **named):
        with queue_of(owner, *args)._messages_lock:
            return change(owner, *args, **named)

    return locked


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
Queue.delete_message = one_at_a_time(Queue.delete_message, lambda queue, *_: queue)
SQSBackend.receive_message = one_at_a_time(
    SQSBackend.receive_message, lambda backend, name, *_: backend.get_queue(name)
)
Stream.split_shard = keeping_records(Stream.split_shard)
Stream.merge_shards = keeping_records(Stream.merge_shards)
Stream.get_shard_for_key = open_shard_for_key
