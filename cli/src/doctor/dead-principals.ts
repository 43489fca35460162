import { valueOf } from "../../../pipeline/fact";
import { awsPrincipals, type Policy } from "../../../pipeline/iam/document";
import type { Examination } from "./examine";

/** IAM shows a deleted principal by its unique id: AROA... for a role, AIDA... for a user. */
const UNIQUE_ID = /^A(RO|ID)A[A-Z0-9]+$/;

/** Unique ids in a policy of roles and users that no longer exist. */
export const deadPrincipals = ({ role }: Examination, { statements }: Policy): string[] =>
  statements
    .flatMap(awsPrincipals)
    .filter((principal) => UNIQUE_ID.test(principal) && principal !== valueOf(role)?.RoleId);
