import eslint from "@eslint/js";
import { builtinModules } from "node:module";
import tseslint from "typescript-eslint";

const providerRoots = ["aws", "archive"].map((name) => ({
  name: `@cdktf/provider-${name}`,
  message:
    "import the class's own file, e.g. @cdktf/provider-aws/lib/kinesis-stream: the root costs seconds and 500 MB",
}));

const bareBuiltins = builtinModules
  .filter((name) => !name.startsWith("_"))
  .map((name) => ({ name, message: `write "node:${name}"` }));

/** A rule set for the sources in some folders: what their import paths must not match, as regular expressions. */
const restrictImports = (folders, ...patterns) => ({
  files: folders.map((folder) => `${folder}/*.{ts,js,mjs}`),
  rules: {
    "no-restricted-imports": [
      "error",
      {
        paths: [...providerRoots, ...bareBuiltins],
        patterns: patterns.map(([regex, message]) => ({ regex, message })),
      },
    ],
  },
});

/** The folders of modules/, each of which imports only those before it. */
const LAYERS = [
  "properties",
  "policies",
  "accounts",
  "producer-stream",
  "lambda-function",
  "cross-account-consumer",
  "monitoring",
];
const outsideModules = [
  "^(\\.\\./)+(?!\\.\\./|(pipeline|" + LAYERS.join("|") + ")/)",
  "modules/ is published with pipeline/ alone",
];
const PUBLIC_API = "import from modules/index.ts, which is the public API";
/** The insides of modules/ that settings, schema, Terraform module and command line share. */
const DECLARATIONS =
  "properties/|policies/principals$|[a-z-]+/([a-z-]+-properties|stream|stream-policy-statement|mapping|on-failure|monitoring)$";
const fromIndexOnly = ["/modules/.", PUBLIC_API];
const declarationsOnly = [`/modules/(?!${DECLARATIONS})`, PUBLIC_API];

const LEAF =
  "pipeline/ is a leaf: it says what AWS and Terraform mean, and imports nothing but itself and types of AWS's answers";

const boundaries = [
  restrictImports(["**"], fromIndexOnly),
  restrictImports(["__tests__/**"]),
  ...LAYERS.map((layer, index) =>
    restrictImports([`modules/${layer}/**`], outsideModules, [
      `^\\.\\./(${LAYERS.slice(index + 1).join("|") || "index"})(/|$)`,
      `imports in modules/ point one way: ${LAYERS.join(" <- ")}`,
    ]),
  ),
  {
    files: ["pipeline/**/*.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: "^@aws-sdk/client-", allowTypeImports: true, message: LEAF },
            {
              regex:
                "^(?!\\.|node:|@aws-sdk/client-)|^(\\.\\./)+(modules|cli|local|app|handler|scripts|terraform-module)/",
              message: LEAF,
            },
          ],
        },
      ],
    },
  },
  restrictImports(["handler/**"], ["^\\.\\./", "the function is bundled without the library"]),
  restrictImports(["app/**"], declarationsOnly, [
    "/(local|scripts|terraform-module|cli)/",
    "the app knows nothing of the tools around it",
  ]),
  restrictImports(
    ["app/changes/**"],
    [
      "^\\.\\./(?!explain/effect$|\\.\\./modules$)",
      "app/changes/ is a table, which names properties and effects",
    ],
  ),
  restrictImports(
    ["app/explain/**"],
    [
      "^\\.\\./(?!refusals/|\\.\\./(modules/properties/visible-text$|pipeline/))",
      "app/explain/ reads plans, and knows nothing of settings",
    ],
  ),
  restrictImports(["scripts/**"], declarationsOnly, [
    "/terraform-module/",
    "the Terraform module uses scripts/, not the other way round",
  ]),
  restrictImports(["terraform-module/**"], declarationsOnly),
  restrictImports(
    ["local/**"],
    declarationsOnly,
    [
      "/(app|cli|scripts|terraform-module)/",
      "the local AWS runs any stack, whoever synthesizes it",
    ],
    ["iam-simulate", "the simulator judges pipeline/iam in tests, so nothing else may use it"],
  ),
  restrictImports(["cli/**"], declarationsOnly, [
    "/(local|app|scripts|terraform-module)/",
    "the command line is published with pipeline/ and the declarations of modules/ alone",
  ]),
];

export default tseslint.config(
  {
    ignores: [
      "cdktf.out",
      ".cdktf.run-*",
      "lib",
      "lib-cdktn",
      "coverage",
      "handler/dist",
      "cli/dist",
      ".cache",
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      curly: ["error", "all"],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // Every Terraform expression is an `any` to cdktf.
      "@typescript-eslint/no-unsafe-assignment": "off",
      // No value of an enum is computed here, and the two take half of the time of all rules.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  ...boundaries,
  {
    files: ["__tests__/**", "compat/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    // The packages that these files use are installed by `npm run bench` only, and so are their
    // types, which `npm run bench:tiny` checks.
    files: ["bench/peers/**"],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { module: "writable", process: "readonly", console: "readonly" },
    },
  },
);
