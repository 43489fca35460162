import { ListTagsForStreamCommand } from "@aws-sdk/client-kinesis";
import { ListTagsCommand } from "@aws-sdk/client-lambda";
import { valueOf, type Fact } from "../../../pipeline/fact";
import { examine, type Examination } from "../doctor/examine";
import { lookUp } from "../look-up";
import type { Pipeline } from "../pipeline";

type Tags = Readonly<Record<string, string>>;

/** A living pipeline, with all that settings must repeat. */
export interface Reader extends Examination {
  readonly streamTags: Fact<Tags>;
  readonly mappingTags: Fact<Tags>;
}

export async function readReader(pipeline: Pipeline): Promise<Reader> {
  const { stream, mapping, function: fn } = pipeline;
  const [examination, streamTags, mappingTags] = await Promise.all([
    examine(pipeline),
    lookUp(stream.account, "kinesis:ListTagsForStream", async ({ kinesis }) => {
      const tags: Record<string, string> = {};
      let more = true;
      let ExclusiveStartTagKey: string | undefined;
      while (more) {
        const page = await kinesis.send(
          new ListTagsForStreamCommand({ StreamName: stream.name, ExclusiveStartTagKey }),
        );
        const { Tags = [], HasMoreTags = false } = page;
        Tags.forEach(({ Key = "", Value = "" }) => (tags[Key] = Value));
        ExclusiveStartTagKey = Tags.at(-1)?.Key;
        more = HasMoreTags && ExclusiveStartTagKey !== undefined;
      }
      return tags;
    }),
    lookUp(fn.account, "lambda:ListTags", async ({ lambda }) => {
      const { EventSourceMappingArn: Resource } = valueOf(mapping.configuration) ?? {};
      const { Tags = {} } = await lambda.send(new ListTagsCommand({ Resource }));
      return Tags;
    }),
  ]);
  return { ...examination, streamTags, mappingTags };
}
