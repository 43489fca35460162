import { GetFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import type { Fact } from "../../pipeline/fact";
import { lookUp } from "./look-up";
import type { Pipeline } from "./pipeline";

/** Concurrency that is reserved for the function; -1 if none is. */
export const reservedConcurrencyOf = ({
  function: { account, name },
}: Pick<Pipeline, "function">): Promise<Fact<number>> =>
  lookUp(account, "lambda:GetFunctionConcurrency", async ({ lambda }) => {
    const answer = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name }));
    return answer.ReservedConcurrentExecutions ?? -1;
  });
