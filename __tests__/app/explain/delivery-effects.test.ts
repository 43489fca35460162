import { change, destination, FAILURES, mapping, MAPPING, planOf, unknown } from "./plans";
import { Counterexample, Row, testEffects } from "./rows";

const BUCKET = "arn:aws:s3:::failures";
const TOPIC = "arn:aws:sns:eu-west-1:222222222222:failures";
const filters = (pattern = "{}") => ({ filter_criteria: [{ filter: [{ pattern }] }] });
const filtersUnknown = unknown("filter_criteria", [{ filter: [{ pattern: true }] }]);
const destinationUnknown = unknown("destination_config", [
  { on_failure: [{ destination_arn: true }] },
]);

const ROWS: readonly Row[] = [
  [
    "destination-removed",
    "a destination is removed",
    planOf(mapping({}, destination())),
    "removes the on-failure destination of function analytics: records that Lambda gives up on leave no trace",
  ],
  [
    "destination-changed",
    "the old destination stays",
    planOf(mapping({}, destination(BUCKET))),
    `reports failures of function analytics to ${BUCKET} from now on; earlier reports stay in ${FAILURES}`,
  ],
  [
    "destination-changed",
    "the old destination is a topic, which keeps nothing",
    planOf(mapping(destination(TOPIC), destination(BUCKET))),
    `reports failures of function analytics to ${BUCKET} from now on`,
  ],
  [
    "destination-changed",
    "from none to one that is not known",
    planOf(
      change("update", MAPPING, "analytics_mapping", {
        before: destination(),
        ...destinationUnknown,
      }),
    ),
    "reports failures of function analytics to a destination created by this plan from now on",
  ],
  [
    "filter-changed",
    "filters are added",
    planOf(mapping({}, filters())),
    "delivers to function analytics only records that match the new filters from now on",
  ],
  [
    "filter-changed",
    "the new filters are not known",
    planOf(
      change("update", MAPPING, "analytics_mapping", { before: filters(), ...filtersUnknown }),
    ),
    "delivers to function analytics only records that match the new filters from now on",
  ],
  [
    "filter-changed",
    "filters are removed",
    planOf(mapping(filters(), { filter_criteria: [] })),
    "delivers every record to function analytics from now on; records that the filters excluded are not delivered later",
  ],
  [
    "gives-up-earlier",
    "by age and by retries",
    planOf(
      mapping(
        { maximum_retry_attempts: -1 },
        { maximum_record_age_in_seconds: 3600, maximum_retry_attempts: 3 },
      ),
    ),
    `gives up on records of function analytics older than 3600 s (before: 43200 s), or that still fail after 3 retries (before: no limit): they are reported to ${FAILURES}`,
  ],
  [
    "gives-up-earlier",
    "after one retry, without a destination",
    planOf(mapping(destination(), { ...destination(), maximum_retry_attempts: 1 })),
    "gives up on records of function analytics that still fail after 1 retry (before: 500): they leave no trace, since there is no on-failure destination",
  ],
];

const COUNTEREXAMPLES: readonly Counterexample[] = [
  [
    "filter-changed",
    "a filter loses its spaces",
    planOf(mapping(filters('{ "data": [1] }'), filters('{"data":[1]}'))),
  ],
  ["destination-removed", "it is changed", planOf(mapping({}, destination(BUCKET)))],
  [
    "destination-removed",
    "the new one is not known",
    planOf(
      change(
        "update",
        MAPPING,
        "analytics_mapping",
        unknown("destination_config", [{ on_failure: [{ destination_arn: true }] }]),
      ),
    ),
  ],
  ["destination-changed", "it is removed", planOf(mapping({}, destination()))],
  ["destination-changed", "it stays", planOf(mapping({}, { batch_size: 1 }))],
  ["filter-changed", "they stay", planOf(mapping(filters(), { ...filters(), batch_size: 1 }))],
  [
    "filter-changed",
    "there are none, written in two ways",
    planOf(mapping({ filter_criteria: [] }, { filter_criteria: null })),
  ],
  [
    "gives-up-earlier",
    "the limits are raised or removed",
    planOf(mapping({}, { maximum_record_age_in_seconds: -1, maximum_retry_attempts: 501 })),
  ],
  [
    "gives-up-earlier",
    "the limit is not known",
    planOf(change("update", MAPPING, "analytics_mapping", unknown("maximum_retry_attempts"))),
  ],
];

describe("effects of how a mapping delivers", () => {
  testEffects(ROWS, COUNTEREXAMPLES);
});
