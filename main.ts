import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, S3Backend, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Account } from "./app/accounts";
import { loadDeployments } from "./app/deployments";
import { reportErrors } from "./app/errors";
import { contextOf } from "./app/json";
import { importResources } from "./app/imports";
import { localStateProblems } from "./app/local-state";
import { onFailureOf } from "./app/on-failure";
import { addOutputs, addTopicOutputs } from "./app/outputs";
import { AliasSetting, ConsumerSettings, Settings } from "./app/settings";
import { localStateFile } from "./app/state";
import {
  CrossAccountConsumer,
  type FunctionAlias,
  IProducerStream,
  LambdaCode,
  PipelineMonitoring,
  ProducerStream,
} from "./modules";

/** One stream, its consumers in any number of accounts, in one plan. */
class CrossAccountKinesis extends TerraformStack {
  constructor(
    scope: Construct,
    id: string,
    private readonly settings: Settings,
  ) {
    super(scope, id);
    this.storeState(id);
    const producer = this.provider("producer", settings.producer);
    const stream = this.stream(producer);
    settings.writers
      .map((writer) => (typeof writer === "string" ? { principal: writer } : writer))
      .forEach(({ principal, ...options }) => stream.grantWrite(principal, options));
    settings.streamPolicyStatements?.forEach((one) => stream.addToResourcePolicy(one));
    const providers = new Map([[settings.producer.accountId, producer]]);
    const providerOf = (account: Account): AwsProvider => {
      const { accountId } = account;
      const provider = providers.get(accountId) ?? this.provider(`consumer-${accountId}`, account);
      providers.set(accountId, provider);
      return provider;
    };
    const consumers = new Construct(this, "consumers");
    const created = settings.consumers.map((consumer) =>
      this.consumer(consumers, providerOf(consumer.account), stream, consumer),
    );
    // Terraform needs the provider of an account to destroy the resources that are left there.
    Object.values(settings.accounts).forEach(providerOf);
    addOutputs(this, stream, created);
    if (settings.monitoring) {
      addTopicOutputs(
        this,
        new PipelineMonitoring(this, "monitoring", {
          stream,
          consumers: created,
          ...settings.monitoring,
        }),
      );
    }
    importResources(this, settings.imports);
    this.node.addValidation({ validate: () => localStateProblems(this) });
  }

  /** It only finds references between stacks, and takes as long as rendering the stack. */
  public override prepareStack(): void {
    if (this.node.root.node.children.length > 1) {
      super.prepareStack();
    }
  }

  /** With allowed_account_ids, Terraform refuses credentials of any other account. */
  private provider(alias: string, account: Account): AwsProvider {
    return new AwsProvider(this, alias, {
      alias,
      region: this.settings.region,
      allowedAccountIds: [account.accountId],
      profile: account.profile,
      assumeRole: account.assumeRole && [account.assumeRole],
    });
  }

  private stream(provider: AwsProvider): IProducerStream {
    const { stream } = this.settings;
    return "streamName" in stream
      ? new ProducerStream(this, "stream", { provider, ...stream })
      : ProducerStream.fromAttributes(this, "stream", { provider, ...stream });
  }

  private consumer(
    scope: Construct,
    provider: AwsProvider,
    stream: IProducerStream,
    { id, account, code, onFailure, alias, ...options }: ConsumerSettings,
  ): CrossAccountConsumer {
    return new CrossAccountConsumer(scope, id, {
      provider,
      stream,
      code: options.existingFunction ? undefined : LambdaCode.fromDirectory(code),
      onFailure: onFailureOf(onFailure),
      alias: withoutRetention(alias),
      ...options,
    });
  }

  /** The path is relative, so that it is valid on any machine, and outside the output, which may be deleted. */
  private storeState(id: string): void {
    const { backend } = this.settings;
    if (backend) {
      new S3Backend(this, { ...backend, encrypt: true });
      this.addOverride("terraform.backend.s3.use_lockfile", true);
    } else {
      new LocalBackend(this, { path: `../../../${localStateFile(id)}` });
    }
  }
}

/** `npm run deploy` deletes old versions itself. */
function withoutRetention(alias: AliasSetting | undefined): FunctionAlias | undefined {
  const { retainedVersions: _retained, ...own } = alias ?? {};
  return alias && { ...own, name: alias.name };
}

reportErrors(() => {
  const app = new App({ context: contextOf("cdktf.json"), stackTraces: false });
  const context = {
    deployment: app.node.tryGetContext("deployment") as unknown,
    deployments: app.node.tryGetContext("deployments") as unknown,
    shared: app.node.tryGetContext("shared") as unknown,
  };
  for (const settings of loadDeployments(context)) {
    new CrossAccountKinesis(app, settings.name, settings);
  }
  app.synth();
});
