/** A change of settings that would leave resources behind. The app refuses it before Terraform runs. */
interface RefusedChange {
  readonly change: string;
  readonly remark: string;
}

const OTHER_DEPLOYMENT =
  "Give these settings another `name` and, where accounts are shared, other names of functions, roles and queues; or run `npm run destroy` with the settings that the stream was deployed with first.";

export const DEPLOYMENT_CHANGES = {
  "other-stream": {
    change: "another `streamName` than the state's, for example by deploying another settings file",
    remark: OTHER_DEPLOYMENT,
  },
  "other-stream-account": {
    change: "another account, or another account id, of `producer`",
    remark: OTHER_DEPLOYMENT,
  },
  "other-region": { change: "another `region`", remark: OTHER_DEPLOYMENT },
  "imported-stream": {
    change: "from a created stream to the ARN of an existing one",
    remark: OTHER_DEPLOYMENT,
  },
  "other-consumer-account": {
    change: "another account, or another account id, of a consumer",
    remark: "Remove the consumer and deploy, then add it with the new account.",
  },
  "account-forgotten": {
    change: "the last consumer of an account removed together with the account",
    remark: "Declare the account under `accounts` until its resources are destroyed.",
  },
} as const satisfies Record<string, RefusedChange>;

export type DeploymentChangeId = keyof typeof DEPLOYMENT_CHANGES;
