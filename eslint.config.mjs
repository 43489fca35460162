import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

const providerRoots = ["aws", "archive"].map((name) => ({
  name: `@cdktf/provider-${name}`,
  message:
    "import the class's own file, e.g. @cdktf/provider-aws/lib/kinesis-stream: the root costs seconds and 500 MB",
}));

export default tseslint.config(
  {
    ignores: ["cdktf.out", "lib", "lib-cdktn", "coverage", "handler/dist", "cli/dist", ".cache"],
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
      "no-restricted-imports": ["error", { paths: providerRoots }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // Every Terraform expression is an `any` to cdktf.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
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
    files: ["**/*.js", "**/*.mjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { module: "writable", process: "readonly", console: "readonly" },
    },
  },
);
