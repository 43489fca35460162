/** Reports each completed resource in Terraform's JSON output, without the hash in its address. */
export const progress =
  (note: (text: string) => void) =>
  (line: string): void => {
    const { type, hook } = JSON.parse(line) as {
      type: string;
      hook?: {
        action: string;
        elapsed_seconds: number;
        resource: { addr: string };
      };
    };
    if (type === "apply_complete" && hook) {
      const { action, resource, elapsed_seconds: seconds } = hook;
      const address = resource.addr.replace(/_[0-9A-F]{8}$/, "");
      note(`${action} ${address} (${seconds} s)`);
    }
  };
