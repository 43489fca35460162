import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, S3Backend, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { sayAndExit } from "./app/errors";
import { addOutputs } from "./app/outputs";
import {
  Account,
  ConsumerSettings,
  contextOf,
  loadSettings,
  onFailureOf,
  Settings,
} from "./app/settings";
import { CrossAccountConsumer, IProducerStream, LambdaCode, ProducerStream } from "./modules";

/** One stream, its consumers in any number of accounts, in one plan. */
class CrossAccountKinesis extends TerraformStack {
  constructor(
    scope: Construct,
    id: string,
    private readonly settings: Settings,
  ) {
    super(scope, id);
    this.storeState(id);
    const stream = this.stream(this.provider("producer", settings.producer));
    settings.writers.forEach((writer) => stream.grantWrite(writer));
    const providers = new Map<string, AwsProvider>();
    const consumers = new Construct(this, "consumers");
    const made = settings.consumers.map((consumer) => {
      const { accountId } = consumer.account;
      const provider =
        providers.get(accountId) ?? this.provider(`consumer-${accountId}`, consumer.account);
      providers.set(accountId, provider);
      return this.consumer(consumers, provider, stream, consumer);
    });
    addOutputs(this, stream, made);
  }

  /** Terraform refuses to work with credentials of any other account. */
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
    { account, code, onFailure, ...options }: ConsumerSettings,
  ): CrossAccountConsumer {
    return new CrossAccountConsumer(scope, options.consumerName, {
      provider,
      stream,
      code: options.existingFunction ? undefined : LambdaCode.fromDirectory(code),
      onFailure: onFailureOf(onFailure),
      ...options,
    });
  }

  /** Relative, so that the output works on any machine; outside it, since it may be deleted. */
  private storeState(id: string): void {
    const { backend } = this.settings;
    if (backend) {
      new S3Backend(this, { ...backend, encrypt: true });
      this.addOverride("terraform.backend.s3.use_lockfile", true);
    } else {
      new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    }
  }
}

sayAndExit(() => {
  const app = new App({ context: contextOf("cdktf.json"), stackTraces: false });
  const settings = loadSettings(app.node.tryGetContext("deployment"));
  new CrossAccountKinesis(app, "cross-account-kinesis", settings);
  app.synth();
});
