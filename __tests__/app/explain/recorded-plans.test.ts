import { effectsOf } from "../../../app/explain/effects";
import { PLANS_OF_CASES } from "./recorded-plans";
import { short } from "./short";

/** Every sentence about each plan of recorded-plans.json. record-plans.ts says how they were made. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  "read mode and enabled": [
    "waiting: replaces the mapping of function analytics since its event source changes: it receives nothing until its mapping is enabled, and then everything retained (48 h) again",
  ],
  "read mode and on-failure": [
    "lost: removes the on-failure destination of function analytics: records that Lambda gives up on leave no trace",
    "replayed: replaces the mapping of function analytics since its event source changes: it receives everything retained (48 h) again",
    "lost: deletes queue analytics-on-failure: the failure reports in it are lost",
  ],
  "read mode and filters": [
    "replayed: replaces the mapping of function analytics since its event source changes: it receives everything retained (48 h) again",
    "kept: delivers to function analytics only records that match the new filters from now on",
  ],
  "read mode, retries and no destination": [
    "lost: removes the on-failure destination of function analytics: records that Lambda gives up on leave no trace",
    "lost: gives up on records of function analytics that still fail after 1 retry (before: 500): they leave no trace, since there is no on-failure destination",
    "replayed: replaces the mapping of function analytics since its event source changes: it receives everything retained (48 h) again",
    "lost: deletes queue analytics-on-failure: the failure reports in it are lost",
  ],
  "read mode, enabled, filters, retries and no destination": [
    "lost: removes the on-failure destination of function analytics: records that Lambda gives up on leave no trace",
    "lost: gives up on records of function analytics that still fail after 1 retry (before: 500): they leave no trace, since there is no on-failure destination",
    "waiting: replaces the mapping of function analytics since its event source changes: it receives nothing until its mapping is enabled, and then everything retained (48 h) again",
    "kept: delivers to function analytics only records that match the new filters from now on",
    "lost: deletes queue analytics-on-failure: the failure reports in it are lost",
  ],
  "reserved concurrency 0": [
    "waiting: reserves no concurrency for function analytics, which then never runs: its records of stream orders wait, and are lost once they are older than the retention (48 h)",
  ],
  "writer removed": [
    "lost: no longer allows arn:aws:iam::555555555555:root kinesis:PutRecord, kinesis:PutRecords on stream orders and kms:GenerateDataKey on key arn:aws:kms:eu-west-1:111111111111:key/one (nothing allows kinesis:PutRecord on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): the records that it puts are refused from then on",
  ],
  "reader of another program removed": [
    "waiting: no longer allows arn:aws:iam::444444444444:root kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator on stream orders and kms:Decrypt on key arn:aws:kms:eu-west-1:111111111111:key/one (nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): what it has not read by then is lost once the retention has passed",
  ],
  "role replaced": [],
  "role replaced, policies kept": [
    "waiting: denies function analytics kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator on arn:aws:kinesis:eu-west-1:111111111111:stream/orders and kinesis:SubscribeToShard on arn:aws:kinesis:eu-west-1:111111111111:stream/orders/consumer/analytics:1 (nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): its records wait, and are lost once they are older than the retention (48 h)",
  ],
  "consumer renamed under its id": [
    "replayed: replaces the mapping of function insights (until now analytics) since its registered consumer is replaced: it receives everything retained (48 h) again",
    "kept: replaces function analytics by insights: its records wait until the new one exists",
  ],
  "consumer renamed, function kept": [
    "replayed: replaces the mapping of function analytics since its registered consumer is replaced: it receives everything retained (48 h) again",
  ],
  "construct id changed, names kept": [
    "lost: deletes queue analytics-on-failure: the failure reports in it are lost",
    "replayed: creates another mapping of function analytics instead of aws_lambda_event_source_mapping.analytics_mapping_D8BA37A0 (a 'moved' block would keep it): it receives everything retained (48 h) again",
    "kept: reports failures of function analytics to a destination created by this plan from now on",
    "kept: deletes log group /aws/lambda/analytics and the logs in it",
  ],
  "consumer removed": [
    "lost: deletes queue analytics-on-failure: the failure reports in it are lost",
    "kept: removes function analytics from stream orders: it receives no more records",
    "kept: deletes log group /aws/lambda/analytics and the logs in it",
  ],
  "consumer added": [
    "kept: adds function fraud to stream orders: it receives everything retained (48 h)",
  ],
  "consumer added, paused": [
    "kept: adds function fraud to stream orders: it receives nothing until its mapping is enabled, and then everything retained (48 h)",
  ],
  "mapping of another function": [
    "kept: hands the records of stream orders over from function billing to function other, which continues where it stopped",
    "kept: deletes log group /aws/lambda/billing and the logs in it",
  ],
  "paused reader resumed": ["kept: resumes function paused: it continues where it stopped"],
  "running reader paused": [
    "waiting: pauses function billing: its records wait, and are lost once they are older than the retention (48 h)",
  ],
  "replay of a paused reader": [
    "waiting: replaces the mapping of function paused as requested: it receives nothing until its mapping is enabled, and then everything retained (48 h) again",
  ],
  replay: [
    "replayed: replaces the mapping of function analytics as requested: it receives everything retained (48 h) again",
  ],
  "replay from LATEST": [
    "lost: replaces the mapping of function billing as requested: it starts at LATEST, so records of stream orders that it has not read by then are not delivered",
  ],
  "replay from 2020": [
    "replayed: replaces the mapping of function analytics as requested: it receives everything retained (48 h) again, since 2020-01-01T00:00:00Z is longer ago",
  ],
  "mapping created before it is destroyed": [
    "refused: creates the mapping of function analytics before it deletes the old one, which AWS refuses, since both read the same source: take 'create_before_destroy' out",
  ],
  "registered consumer replaced": [
    "replayed: replaces the mapping of function analytics since its registered consumer is replaced: it receives everything retained (48 h) again",
  ],
  "function replaced": [
    "kept: replaces function analytics by a new one: its records wait until the new one exists",
  ],
  "queue to an existing queue": [
    "lost: deletes queue analytics-on-failure: the failure reports in it are lost",
    "kept: reports failures of function analytics to arn:aws:sqs:eu-west-1:222222222222:failures from now on",
  ],
  "destination added": [
    "kept: reports failures of function billing to a destination created by this plan from now on",
  ],
  "filters and retries": [
    "lost: gives up on records of function billing that still fail after 1 retry (before: 500): they leave no trace, since there is no on-failure destination",
    "kept: delivers to function billing only records that match the new filters from now on",
  ],
  "key kept and another one": [
    "unreadable: schedules key arn:aws:kms:eu-west-1:111111111111:key/one for deletion in 30 days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'",
  ],
  "key kept with retainKey": [
    "kept: encrypts stream orders with another key: records put before stay encrypted with arn:aws:kms:eu-west-1:111111111111:key/one for up to the retention (48 h); the readers keep access to it",
  ],
  "encryption off": [
    "unreadable: schedules key arn:aws:kms:eu-west-1:111111111111:key/one for deletion in 30 days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'",
    "kept: stores records put into stream orders from now on unencrypted",
  ],
  "retention longer": [],
  "shards 2 to 5": [
    "refused: AWS refuses to change stream orders from 2 to 5 shards in one step: go to 4 first",
  ],
  "on demand": [
    "kept: changes stream orders from PROVISIONED to ON_DEMAND: records stay in order per partition key",
  ],
  "stream renamed": [
    "lost: replaces stream orders by orders-2 since its name changes: the records in it are lost",
    "waiting: replaces registered consumer search: arn:aws:iam::444444444444:root is cut off at once; a mapping that names the new one receives everything retained again",
  ],
  "stream imported instead": [
    "lost: destroys stream orders: the records in it are lost",
    "lost: gives up on records of function billing older than 43200 s (before: 86400 s): they leave no trace, since there is no on-failure destination",
    "unreadable: takes key arn:aws:kms:eu-west-1:111111111111:key/former away from function billing: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention has passed since the stream used it",
    "unreadable: takes key arn:aws:kms:eu-west-1:111111111111:key/former away from function analytics: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention has passed since the stream used it",
    "kept: gives up on records of function analytics older than 43200 s (before: 86400 s): they are reported to arn:aws:sqs:eu-west-1:222222222222:analytics-on-failure",
    "unreadable: takes key arn:aws:kms:eu-west-1:111111111111:key/former away from function paused: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention has passed since the stream used it",
    "kept: gives up on records of function paused older than 43200 s (before: 86400 s): they are reported to arn:aws:sqs:eu-west-1:222222222222:paused-on-failure",
    "waiting: deregisters registered consumer search: arn:aws:iam::444444444444:root is cut off at once",
    "kept: deletes topic orders-alarms with every subscription to it: nobody is notified through it any more",
    "kept: deletes topic orders-alarms with every subscription to it: nobody is notified through it any more",
  ],
  "monitoring removed": [
    "kept: deletes topic orders-alarms with every subscription to it: nobody is notified through it any more",
    "kept: deletes topic orders-alarms with every subscription to it: nobody is notified through it any more",
  ],
  "everything destroyed": [
    "lost: destroys stream orders: the records in it are lost",
    "lost: deletes queue analytics-on-failure: the failure reports in it are lost",
    "lost: deletes queue paused-on-failure: the failure reports in it are lost",
    "waiting: deregisters registered consumer search: arn:aws:iam::444444444444:root is cut off at once",
    "kept: deletes log group /aws/lambda/analytics and the logs in it",
    "kept: deletes log group /aws/lambda/billing and the logs in it",
    "kept: deletes log group /aws/lambda/paused and the logs in it",
    "kept: deletes topic orders-alarms with every subscription to it: nobody is notified through it any more",
    "kept: deletes topic orders-alarms with every subscription to it: nobody is notified through it any more",
  ],
  "mapping forgotten": [
    "kept: forgets the mapping of function analytics, which stays in AWS as it is, unmanaged",
  ],
  "mapping moved": [],
  "only the registered consumer targeted": [
    "waiting: cuts function analytics off, since the plan deletes role arn:aws:iam::222222222222:role/analytics: its records wait, and are lost once they are older than the retention (48 h)",
  ],
  "decryption denied to the role": [
    "unreadable: denies function analytics kms:Decrypt on arn:aws:kms:eu-west-1:111111111111:key/one (statement NoKeys of aws_iam_role_policy.deny denies kms:Decrypt): it cannot read records that are encrypted with it",
    "unreadable: takes key arn:aws:kms:eu-west-1:111111111111:key/former away from function analytics: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention (48 h) has passed since the stream used it",
  ],
  "former key taken away": [
    "unreadable: takes key arn:aws:kms:eu-west-1:111111111111:key/former away from function analytics: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention (48 h) has passed since the stream used it",
    "unreadable: takes key arn:aws:kms:eu-west-1:111111111111:key/former away from function billing: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention (48 h) has passed since the stream used it",
    "unreadable: takes key arn:aws:kms:eu-west-1:111111111111:key/former away from function paused: records of stream orders that were encrypted with it can no longer be read; put it back into 'previousKmsKeyArns' until the retention (48 h) has passed since the stream used it",
  ],
  "retention shorter": [
    "lost: shortens the retention of stream orders from 48 h to 24 h: older records are lost",
    "lost: gives up on records of function billing older than 43200 s (before: 86400 s): they leave no trace, since there is no on-failure destination",
    "kept: gives up on records of function analytics older than 43200 s (before: 86400 s): they are reported to arn:aws:sqs:eu-west-1:222222222222:analytics-on-failure",
    "kept: gives up on records of function paused older than 43200 s (before: 86400 s): they are reported to arn:aws:sqs:eu-west-1:222222222222:paused-on-failure",
  ],
  "replay from a time to come": [
    "lost: replaces the mapping of function analytics as requested: it starts at 2099-01-01T00:00:00Z, so records of stream orders that it has not read by then are not delivered",
  ],
  "second mapping of one function": [
    "refused: gives function billing a second mapping for arn:aws:kinesis:eu-west-1:111111111111:stream/orders beside aws_lambda_event_source_mapping.billing_mapping_F4D4AE27, which AWS refuses",
    "kept: adds function billing to stream orders: it receives what is put from then on",
  ],
  "mappings of other sources": [],
  "statement put by hand": [
    "waiting: no longer allows arn:aws:iam::666666666666:root kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:GetRecords, kinesis:GetShardIterator on stream orders (nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): what it has not read by then is lost once the retention has passed",
  ],
  "role policy emptied by hand": [
    "waiting: no longer allows arn:aws:iam::666666666666:root kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:GetRecords, kinesis:GetShardIterator on stream orders (nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): what it has not read by then is lost once the retention has passed",
    "kept: gives function billing access to stream orders again: it continues where it stopped",
  ],
  "log group deleted by hand": [
    "waiting: no longer allows arn:aws:iam::666666666666:root kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:GetRecords, kinesis:GetShardIterator on stream orders (nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): what it has not read by then is lost once the retention has passed",
    "kept: gives function billing access to stream orders again: it continues where it stopped",
    "kept: does not find log group /aws/lambda/billing, and creates it again, empty: it was deleted outside Terraform, or this state is an older copy",
  ],
  "mapping deleted by hand": [
    "replayed: creates the mapping of function analytics again, which was deleted outside Terraform, or since this state was written: it receives everything retained (48 h) again",
    "waiting: no longer allows arn:aws:iam::666666666666:root kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:GetRecords, kinesis:GetShardIterator on stream orders (nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): what it has not read by then is lost once the retention has passed",
    "kept: gives function billing access to stream orders again: it continues where it stopped",
    "kept: does not find log group /aws/lambda/billing, and creates it again, empty: it was deleted outside Terraform, or this state is an older copy",
  ],
  "key scheduled for deletion by hand": [
    "unreadable: does not find key arn:aws:kms:eu-west-1:111111111111:key/one, and creates another one: records encrypted with the old one can no longer be read; if it is scheduled for deletion, cancel that instead of applying this plan, with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'",
    "replayed: creates the mapping of function analytics again, which was deleted outside Terraform, or since this state was written: it receives everything retained (48 h) again",
    "waiting: no longer allows arn:aws:iam::666666666666:root kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:GetRecords, kinesis:GetShardIterator on stream orders (nothing allows kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-1:111111111111:stream/orders): what it has not read by then is lost once the retention has passed",
    "kept: gives function billing access to stream orders again: it continues where it stopped",
    "kept: does not find log group /aws/lambda/billing, and creates it again, empty: it was deleted outside Terraform, or this state is an older copy",
  ],
  "consumers moved to another account": [
    "kept: adds function analytics to stream orders: it receives everything retained (48 h)",
    "kept: adds function billing to stream orders: it receives what is put from then on",
    "kept: adds function paused to stream orders: it receives nothing until its mapping is enabled, and then everything retained (48 h)",
    "kept: does not find log group /aws/lambda/analytics, log group /aws/lambda/billing, log group /aws/lambda/paused, mapping of function analytics, mapping of function billing and 6 more, and creates them again, empty: they were deleted outside Terraform, or this state is an older copy; if the provider now looks in another account or Region, the old ones stay there, unmanaged, and go on reading",
  ],
  "imported stream made the program's own": [
    "refused: creates stream orders, which exists: function billing reads it, and would be cut off before AWS refuses; import it first with 'terraform import aws_kinesis_stream.orders_stream_E13CBF67 orders'",
  ],
};

describe("a recorded plan in words", () => {
  it.each(PLANS_OF_CASES.all())("%s", (name, plan) => {
    const told = effectsOf(plan).map(({ records, sentence }) => `${records}: ${short(sentence)}`);

    expect(told).toEqual(TOLD[name]);
  });

  it("tells about every recorded plan, and every plan is told about", () => {
    expect(PLANS_OF_CASES.all().map(([name]) => name)).toEqual(Object.keys(TOLD));
  });
});
