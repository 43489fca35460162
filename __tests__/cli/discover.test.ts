import { startLocalAws, type LocalAws } from "../../local/aws";
import { build, enter, fromBoth, type World } from "./world";

jest.setTimeout(120_000);

describe("discovery", () => {
  let aws: LocalAws;
  let world: World;
  beforeAll(async () => {
    aws = await startLocalAws({ rolePropagationSeconds: 0, consumerCreatingSeconds: 0.2 });
    world = await enter(aws);
  });
  afterAll(() => aws.stop());

  it("x", async () => {
    const built = await build(world, "found");
    const result = await world.cli("doctor", ...fromBoth("found"), "--json");
    console.log(built, result, result.stdout);
  });
});
