import { parseArn, roleNameOf } from "../../../pipeline/arn";
import { valueOf } from "../../../pipeline/fact";
import { parsePolicy, type Statement } from "../../../pipeline/iam/document";
import {
  consumerNeeds,
  decryptNeeds,
  destinationNeeds,
  keyNeeds,
  logNeeds,
  streamNeeds,
} from "../../../pipeline/needs";
import { correct } from "./correct";
import { Draft } from "./drafts";
import { sentences, type Recipe, type Repair } from "./fixes";
import { allowAgain, allowRole } from "./policy-fixes";
import {
  assign,
  aws,
  chain,
  printOnly,
  valueOfVariable,
  variableName,
  type Command,
} from "./shell";
import { listOf } from "../../../pipeline/values";

const LAMBDA = "lambda.amazonaws.com";
const LAMBDA_TRUST: Statement = {
  Effect: "Allow",
  Principal: { Service: LAMBDA },
  Action: "sts:AssumeRole",
};

/** Encrypts the stream with a new key, which only the stream's account and the role may use. */
export function encryptWithNewKey(repair: Repair): Recipe {
  const { examination, drafts } = repair;
  const { stream, region, role } = examination.pipeline;
  const variable = variableName("KEY", stream.name);
  const keyArn = valueOfVariable(variable);
  const root = `arn:${parseArn(stream.arn).partition}:iam::${stream.account.id}:root`;
  const administration: Statement = {
    Sid: "KeyAdministration",
    Effect: "Allow",
    Principal: { AWS: root },
    Action: "kms:*",
    Resource: "*",
  };
  const needs = decryptNeeds(examination, keyArn);
  const key = drafts.of(`new key of ${stream.arn}`, () => {
    const policy = { name: "the new key's policy", statements: [administration] };
    return new Draft(policy, (document = {}) =>
      assign(
        variable,
        aws(stream.account, region, "kms create-key", {
          description: `Records of the stream ${stream.name}`,
          policy: document,
          ...printOnly("KeyMetadata.Arn"),
        }),
      ),
    );
  });
  correct(examination, {
    needs,
    drafts: [key],
    addTo: key,
    principal: role.arn,
    resource: "*",
  });
  const own = allowRole(repair, needs);
  return {
    says: sentences(
      `encrypt it with a new key that the role may use (account ${stream.account.id})`,
      "Records from before stay as they are",
      "Let in whoever else reads or writes before you start the encryption",
      ...own.says,
    ),
    steps: [
      key,
      ...own.steps,
      chain(
        aws(stream.account, region, "kinesis start-stream-encryption", {
          "stream-name": stream.name,
          "encryption-type": "KMS",
          "key-id": keyArn,
        }),
        aws(stream.account, region, "kinesis wait stream-exists", { "stream-name": stream.name }),
      ),
    ],
  };
}

/** Everything that the role needs of its own policies. */
const allNeeds = ({ examination }: Repair) => [
  ...streamNeeds(examination),
  ...consumerNeeds(examination),
  ...keyNeeds(examination),
  ...destinationNeeds(examination),
  ...logNeeds(examination),
];

export function createRole(repair: Repair): Recipe {
  const { pipeline } = repair.examination;
  const { role, region } = pipeline;
  const { account } = pipeline.function;
  const [, ...path] = parseArn(role.arn ?? "")
    .resource.split("/")
    .slice(0, -1);
  const create = aws(account, region, "iam create-role", {
    "role-name": roleNameOf(role.arn ?? ""),
    ...(path.length > 0 && { path: `/${path.join("/")}/` }),
    "assume-role-policy-document": { Version: "2012-10-17", Statement: [LAMBDA_TRUST] },
    ...printOnly("Role.Arn"),
  });
  const own = allowRole(repair, allNeeds(repair));
  const resources = allowAgain(repair);
  return {
    says: sentences(
      `create it again with what this pipeline needs (account ${account.id}), and put the policies that name it: a new role is another principal. What else the function needs, such as access to a table or a VPC, has to be added`,
      ...own.says,
      ...resources.says,
    ),
    steps: [create, ...own.steps, ...resources.steps],
  };
}

/** Lets Lambda assume the role. */
export function trustLambda({ examination, drafts }: Repair): Recipe {
  const { pipeline, role } = examination;
  const { account } = pipeline.function;
  const { AssumeRolePolicyDocument: text = "{}" } = valueOf(role) ?? {};
  const policy = parsePolicy("the trust policy", text);
  const draft = drafts.of(`trust of ${pipeline.role.arn}`, () => {
    const others = policy.statements.flatMap(withoutLambda);
    return new Draft({ ...policy, statements: [...others, LAMBDA_TRUST] }, (document = {}) =>
      aws(account, pipeline.region, "iam update-assume-role-policy", {
        "role-name": roleNameOf(pipeline.role.arn ?? ""),
        "policy-document": document,
      }),
    );
  });
  return { says: `let Lambda assume it (account ${account.id})`, steps: [draft] };
}

/** Takes Lambda out of a Deny; other statements stay. */
function withoutLambda(statement: Statement): readonly Statement[] {
  const { Effect: effect, Principal: principal = "*", NotPrincipal: spared } = statement;
  if (effect === "Allow") {
    return [statement];
  }
  if (typeof spared === "object") {
    const Service = [...new Set([...listOf(spared.Service), LAMBDA])];
    return [{ ...statement, NotPrincipal: { ...spared, Service } }];
  }
  if (typeof principal !== "object") {
    return [];
  }
  const { Service, ...others } = principal;
  const services = listOf(Service).filter((one) => one !== LAMBDA);
  const left = { ...others, ...(services.length > 0 && { Service: services }) };
  return Object.keys(left).length > 0 ? [{ ...statement, Principal: left }] : [];
}

/** Creates a queue for reports, which are kept for 14 days. */
export const createQueue = (
  { region, function: { account } }: Repair["examination"]["pipeline"],
  name: string,
): Command =>
  aws(account, region, "sqs create-queue", {
    "queue-name": name,
    attributes: { MessageRetentionPeriod: "1209600", SqsManagedSseEnabled: "true" },
  });

/** Creates the on-failure destination under the name that the mapping has. */
export function createDestination({ examination: { pipeline, destination } }: Repair): Recipe {
  const { region } = pipeline;
  const { account } = pipeline.function;
  const { arn = "", service = "sqs" } = destination ?? {};
  const { resource } = parseArn(arn);
  const says = {
    sqs: "create the queue again, where reports are kept for 14 days",
    sns: "create the topic again, and subscribe to it whoever gets the reports",
    s3: "create the bucket again, and give it the settings that it had",
  } as const;
  const commands: Record<typeof service, () => Command> = {
    sqs: () => createQueue(pipeline, resource),
    sns: () => aws(account, region, "sns create-topic", { name: resource }),
    s3: () =>
      aws(account, region, "s3api create-bucket", {
        bucket: resource,
        ...(region !== "us-east-1" && {
          "create-bucket-configuration": { LocationConstraint: region },
        }),
      }),
  };
  return { says: `${says[service]} (account ${account.id})`, steps: [commands[service]()] };
}

/** Takes the role out of the Deny statement of the on-failure destination. */
export function allowOnDestination({ examination, drafts }: Repair): Recipe {
  const { pipeline, destination } = examination;
  const { account } = pipeline.function;
  const { arn = "", service = "sqs", settings } = destination ?? {};
  const { policy = { name: "", statements: [] } } = valueOf(settings) ?? {};
  const draft = drafts.of(arn, () => new Draft(policy, (document) => put(document)));
  const { resource } = parseArn(arn);
  const run = (command: string, options: Parameters<typeof aws>[3]): Command =>
    aws(account, pipeline.region, command, options);
  const put = (document: object | undefined): Command => {
    switch (service) {
      case "sqs": {
        const url = run("sqs get-queue-url", {
          "queue-name": resource,
          ...printOnly("QueueUrl"),
        });
        const attributes = { Policy: document ? JSON.stringify(document) : "" };
        const set = run("sqs set-queue-attributes", { "queue-url": "QUEUE", attributes });
        return {
          ...set,
          text: set.text.replace("--queue-url QUEUE", `--queue-url "$(${url.text})"`),
        };
      }
      case "sns":
        return run("sns set-topic-attributes", {
          "topic-arn": arn,
          "attribute-name": "Policy",
          "attribute-value": document ?? ownersOnly(arn, account.id),
        });
      case "s3":
        return document
          ? run("s3api put-bucket-policy", { bucket: resource, policy: document })
          : run("s3api delete-bucket-policy", { bucket: resource });
    }
  };
  // Within one account the role's own policies are enough, so only a Deny has to be changed.
  const { says } = correct(examination, {
    needs: destinationNeeds(examination),
    drafts: [draft],
    addTo: draft.original(),
  });
  return { says: sentences(...says, `account ${account.id}`), steps: [draft] };
}

/** A topic always has a policy. */
const ownersOnly = (topicArn: string, accountId: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: accountId },
      Action: "sns:Publish",
      Resource: topicArn,
    },
  ],
});
