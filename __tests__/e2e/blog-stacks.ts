import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { StartStreamEncryptionCommand } from "@aws-sdk/client-kinesis";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import type { LocalAws } from "../../local/aws";
import {
  allow,
  clientsOf,
  CONSUMER,
  CONSUMER_ACTIONS,
  makeConsumer,
  makeFunction,
  makeMapping,
  makeRole,
  makeStream,
  policy,
  PRODUCER,
  setResourcePolicy,
  STREAM_ACTIONS,
} from "../local/two-accounts";

const STREAM = "kds-cross-account-stream";
const NAME = "kds-cross-account-stream-efo-consumer";
const ROLE = "kds-cross-account-stream-consumer-lambda-execution-role";

/**
 * Creates the resources of the blog's three CloudFormation stacks and two commands, in the same
 * order and with the API calls of CloudFormation.
 */
export async function makeBlogStacks(aws: LocalAws): Promise<void> {
  const producer = clientsOf(aws, PRODUCER);
  const consumer = clientsOf(aws, CONSUMER);

  const { KeyMetadata: key } = await producer.kms.send(
    new CreateKeyCommand({
      // The default of CloudFormation and AWS, which moto does not have.
      KeyUsage: "ENCRYPT_DECRYPT",
      Policy: policy(
        allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`),
        allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:root`),
      ),
    }),
  );
  const keyArn = key?.Arn ?? "";
  const streamArn = await makeStream(producer, STREAM);
  await producer.kinesis.send(
    new StartStreamEncryptionCommand({
      StreamName: STREAM,
      EncryptionType: "KMS",
      KeyId: keyArn,
    }),
  );
  const consumerArn = await makeConsumer(producer, streamArn, NAME);

  const role = await makeRole(consumer, ROLE);
  await consumer.iam.send(
    new PutRolePolicyCommand({
      RoleName: ROLE,
      PolicyName: "lambda-execution-policy",
      PolicyDocument: policy(
        allow([...STREAM_ACTIONS, ...CONSUMER_ACTIONS], "*"),
        allow(["kms:Decrypt"], keyArn),
        allow(["logs:CreateLogGroup"], "*"),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*"),
      ),
    }),
  );
  await makeFunction(
    consumer,
    NAME,
    role,
    "exports.handler = async (event) => console.log(JSON.stringify(event));",
    { Runtime: "nodejs20.x", Timeout: 10 },
  );

  await setResourcePolicy(producer, streamArn, {
    Sid: "StreamEFOReadStatementID",
    ...allow(STREAM_ACTIONS, streamArn, role),
  });
  await setResourcePolicy(producer, consumerArn, {
    Sid: "ConsumerEFOReadStatementID",
    ...allow(CONSUMER_ACTIONS, consumerArn, role),
  });
  await makeMapping(consumer, NAME, consumerArn, { StartingPosition: "LATEST" });
  // Lambda creates it when the function first logs.
  await consumer.logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/${NAME}` }));
}
