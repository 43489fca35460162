import { parseFunctionArn } from "../../pipeline/arn";
import { Context, Target } from "./context";
import { ANY, ResourcePermissions } from "./resource-permissions";

const functions = (...arns: string[]): Target => ({ sid: "Functions", arns });
const keyTarget = (context: Context, sid: string, argument: string): Target | undefined =>
  context.has(argument) ? { sid, arns: [context.keyArn(argument)] } : undefined;

export const LAMBDA_TYPES: Readonly<Record<string, ResourcePermissions>> = {
  aws_lambda_function: {
    self: (context) => functions(context.ownArn()),
    targets: (context) => {
      const layers = context.texts("layers");
      return {
        role: {
          sid: "PassRolesToLambda",
          arns: [context.text("role")],
          condition: { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com"] } },
        },
        vpc: context.has("vpc_config") ? ANY : undefined,
        layers: layers.length ? { sid: "Layers", arns: layers } : undefined,
        code: codeObject(context, false),
        codeVersion: codeObject(context, true),
        image: imageRepository(context),
        ownImage: imageRepository(context, context.resource.account),
        versions: context.has("publish")
          ? functions(context.functionArn(), `${context.functionArn()}:*`)
          : undefined,
        published: context.has("publish") ? functions(context.functionArn()) : undefined,
        environmentKey: keyTarget(context, "EnvironmentKeys", "kms_key_arn"),
      };
    },
    create: {
      self: ["lambda:CreateFunction", "lambda:TagResource", "lambda:PutFunctionConcurrency"],
      role: ["iam:PassRole"],
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
      vpc: ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
      layers: ["lambda:GetLayerVersion"],
      code: ["s3:GetObject"],
      codeVersion: ["s3:GetObjectVersion"],
      // https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
      image: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      // Lambda adds its own access to a repository of the same account.
      ownImage: ["ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"],
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
      environmentKey: ["kms:CreateGrant", "kms:Encrypt", "kms:Decrypt"],
    },
    read: {
      self: [
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
      ],
      // For the data source that compares the published version with the function.
      versions: ["lambda:GetFunction"],
      published: ["lambda:ListAliases"],
    },
    update: {
      self: [
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "lambda:PutFunctionConcurrency",
        "lambda:DeleteFunctionConcurrency",
        "lambda:TagResource",
        "lambda:UntagResource",
      ],
      versions: ["lambda:PublishVersion", "lambda:GetFunctionConfiguration"],
    },
    delete: { self: ["lambda:DeleteFunction"], versions: ["lambda:DeleteFunction"] },
  },

  aws_lambda_alias: {
    self: (context) => functions(context.ownArn()),
    // The actions are checked on the function, not on the alias.
    targets: (context) => ({ function: functions(context.functionArn()) }),
    create: { function: ["lambda:CreateAlias"] },
    read: { function: ["lambda:GetAlias"] },
    update: { function: ["lambda:UpdateAlias"] },
    delete: { function: ["lambda:DeleteAlias"] },
  },

  aws_lambda_event_source_mapping: {
    // The id of a mapping is known only after the apply.
    self: (context) => ({
      sid: "EventSourceMappingTags",
      arns: [context.arn("lambda", "event-source-mapping:*")],
    }),
    targets: (context) => {
      const arns = [context.arn("lambda", "event-source-mapping:*")];
      const target = context.functionArn();
      // With and without an alias or version, so that a mapping can move from one to the other.
      const { unqualifiedArn: name } = parseFunctionArn(target);
      const condition = { ArnLike: { "lambda:FunctionArn": [name, `${name}:*`] } };
      return {
        create: { sid: "CreateEventSourceMappings", arns: ["*"], condition },
        mapping: { sid: "EventSourceMappings", arns, condition },
        // https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filter-criteria-encryption
        filterKey: keyTarget(context, "FilterKeys", "kms_key_arn"),
      };
    },
    create: {
      create: ["lambda:CreateEventSourceMapping"],
      self: ["lambda:TagResource"],
      filterKey: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
    },
    read: {
      mapping: ["lambda:GetEventSourceMapping"],
      self: ["lambda:ListTags"],
      any: ["lambda:ListEventSourceMappings"],
    },
    update: {
      mapping: ["lambda:UpdateEventSourceMapping"],
      self: ["lambda:TagResource", "lambda:UntagResource"],
    },
    delete: { mapping: ["lambda:DeleteEventSourceMapping"] },
  },

  aws_cloudwatch_log_group: {
    self: (context) => ({ sid: "LogGroupTags", arns: [context.ownArn()] }),
    targets: (context) => {
      // All but the tagging actions are checked on the ARN that ends in `:*`.
      const arns = [`${context.ownArn()}:*`];
      return {
        group: { sid: "LogGroups", arns },
        encrypted: context.has("kms_key_id") ? { sid: "LogGroups", arns } : undefined,
      };
    },
    create: {
      group: ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
      self: ["logs:TagResource"],
      encrypted: ["logs:AssociateKmsKey"],
    },
    read: { any: ["logs:DescribeLogGroups"], self: ["logs:ListTagsForResource"] },
    update: {
      group: ["logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"],
      self: ["logs:TagResource", "logs:UntagResource"],
      encrypted: ["logs:AssociateKmsKey", "logs:DisassociateKmsKey"],
    },
    delete: { group: ["logs:DeleteLogGroup"] },
  },

  aws_sqs_queue: {
    self: (context) => ({ sid: "Queues", arns: context.prefixedArns("sqs") }),
    create: { self: ["sqs:CreateQueue", "sqs:TagQueue"] },
    read: { self: ["sqs:GetQueueAttributes", "sqs:ListQueueTags"] },
    update: { self: ["sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"] },
    delete: { self: ["sqs:DeleteQueue"] },
  },
};

/** The object in S3 that holds the code; Lambda reads it with the permissions of the caller. */
function codeObject(context: Context, withVersion: boolean): Target | undefined {
  if (!context.has("s3_bucket") || context.has("s3_object_version") !== withVersion) {
    return undefined;
  }
  const key = `${context.text("s3_bucket")}/${context.text("s3_key")}`;
  return { sid: "CodeObjects", arns: [context.globalArn("s3", `::${key}`)] };
}

/** The repository of a container image, if it is in the given account. */
function imageRepository(context: Context, account?: string): Target | undefined {
  const uri = context.has("image_uri") ? context.text("image_uri") : "";
  const [, owner, region, name] = /^(\d{12})\.dkr\.ecr\.([\w-]+)\.[^/]+\/([^:@]+)/.exec(uri) ?? [];
  if (!name || (account !== undefined && owner !== account)) {
    return undefined;
  }
  const arn = context.globalArn("ecr", `${region}:${owner}:repository/${name}`);
  return { sid: "ImageRepositories", arns: [arn] };
}
