import type { AccountSettings, DeploymentSettings, Json } from "./adoption";

/** Source text of a value that has no literal. */
class Expression {
  constructor(readonly text: string) {}
}

const expression = (text: string): Expression => new Expression(text);

/** Settings whose values are members of an enumeration. */
const ENUMERATIONS: ReadonlyMap<string, string> = new Map([
  ["encryption", "StreamEncryption"],
  ["readMode", "ReadMode"],
  ["startingPosition", "StartingPosition"],
]);

/**
 * A program of the library's constructs that synthesizes the same resources as settings, with the same
 * construct ids, and so the same addresses and imports.
 */
export function programOf(deployments: readonly DeploymentSettings[]): string {
  const stacks = deployments
    .map(stackOf)
    .map((stack) => (deployments.length === 1 ? stack : `{\n${indented(stack)}\n}`))
    .join("\n\n");
  const names = ["CrossAccountConsumer", "OnFailure", "ProducerStream", ...ENUMERATIONS.values()]
    .filter((name) => new RegExp(`\\b${name}[.(]`).test(stacks))
    .sort();
  return `import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformResource, TerraformStack } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import {
${indented(names.map((name) => `${name},`).join("\n"))}
} from "cdktf-cross-account-kinesis";

const app = new App();

/** Lets the first apply import what exists; can be removed once it is applied. */
function importResources(stack: TerraformStack, ids: Readonly<Record<string, string>>): void {
  for (const [path, id] of Object.entries(ids)) {
    const resource = path
      .split("/")
      .reduce<IConstruct>((parent, child) => parent.node.findChild(child), stack) as TerraformResource;
    resource.importFrom(id, resource.provider);
  }
}

${stacks}

app.synth();
`;
}

function stackOf(settings: DeploymentSettings): string {
  const { name, region, producer, stream, consumers, imports } = settings;
  const { writers = [], streamPolicyStatements = [] } = settings;
  const accounts = new Map(
    [producer, ...consumers.map(({ account }) => account)].map((one) => [one.accountId, one]),
  );
  const aliasOf = (id: string): string =>
    id === producer.accountId ? "producer" : `consumer-${id}`;
  const providerOf = (id: string): Expression => expression(aliasOf(id).replace("-", ""));
  const provider = ({ accountId, profile }: AccountSettings): string => {
    const alias = aliasOf(accountId);
    const props = { alias, region, allowedAccountIds: [accountId], profile };
    return `const ${providerOf(accountId).text} = ${construct("AwsProvider", "stack", alias, props)}`;
  };
  const ofStream = { provider: providerOf(producer.accountId), ...propsOf(stream) };
  return [
    `const stack = new TerraformStack(app, ${literal(name)});`,
    ...[...accounts.values()].map(provider),
    "",
    `const stream = ${construct("ProducerStream", "stack", "stream", ofStream)}`,
    ...writers.map((writer) => `stream.grantWrite(${literal(writer)});`),
    ...streamPolicyStatements.map((one) => `stream.addToResourcePolicy(${literal(one)});`),
    "",
    'const consumers = new Construct(stack, "consumers");',
    ...consumers.map(({ account, ...settingsOfConsumer }) =>
      construct("CrossAccountConsumer", "consumers", settingsOfConsumer.consumerName, {
        provider: providerOf(account.accountId),
        stream: expression("stream"),
        ...propsOf(settingsOfConsumer),
      }),
    ),
    "",
    `importResources(stack, ${literal(imports)});`,
  ].join("\n");
}

const construct = (type: string, scope: string, id: string, props: Json): string =>
  `new ${type}(${scope}, ${literal(id)}, ${literal(props)});`;

/** The properties of a construct, from the settings of the same names. */
const propsOf = (settings: Json): Json =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      if (name === "onFailure") {
        return [name, onFailureOf(value as OnFailureSetting)];
      }
      const enumeration = ENUMERATIONS.get(name);
      return [name, enumeration ? expression(`${enumeration}.${String(value)}`) : value];
    }),
  );

type OnFailureSetting = "none" | Readonly<Record<string, string>>;

function onFailureOf(setting: OnFailureSetting): Expression {
  if (setting === "none") {
    return expression("OnFailure.none()");
  }
  const { kmsKeyArn, ...destination } = setting;
  const [[service, arn] = []] = Object.entries(destination);
  const owner = service === "s3" && kmsKeyArn !== undefined ? [expression("undefined")] : [];
  const options = kmsKeyArn === undefined ? [] : [{ kmsKeyArn }];
  const args = [arn, ...owner, ...options].map(literal).join(", ");
  return expression(`OnFailure.${String(service)}(${args})`);
}

/** A value as TypeScript; an object has a line for each of its properties. */
function literal(value: unknown): string {
  if (value instanceof Expression) {
    return value.text;
  }
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const lines = Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) =>
        one instanceof Expression && one.text === name
          ? `${name},`
          : `${propertyName(name)}: ${literal(one)},`,
      );
    return `{\n${indented(lines.join("\n"))}\n}`;
  }
  return JSON.stringify(value);
}

const propertyName = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);

const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");
