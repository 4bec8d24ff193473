/** Keys whose value cannot change while a database stands: a change would replace it, or the network around it. Pure. */
import { pathText, setCommand } from "../../config/commands.ts";
import type { Finding } from "../../config/findings.ts";
import { type Settings, type Zone, zones } from "../../config/schema.ts";

/** A kind of database, as `aws.database.kind` names it. */
export type DatabaseKind = NonNullable<Settings["aws"]>["database"]["kind"];

/** What stands of a stack whose database does. */
export interface Standing {
  readonly kind: DatabaseKind;
  /** Name of the database; null where nobody knows. */
  readonly name: string | null;
  /** The network's range; null where nobody knows. */
  readonly range: string | null;
  /** Zone of AWS in which each zone's database subnet lies, where there is one. */
  readonly zones: Readonly<Partial<Record<Zone, string>>>;
}

/** What the settings want of the same. */
export type Wanted = Pick<Settings, "network"> & {
  readonly database: Pick<Settings["database"], "name">;
  readonly aws: {
    readonly zones: Readonly<Record<Zone, string>>;
    readonly database: { readonly kind: DatabaseKind };
  };
};

/** What stands against the settings, a finding for each key that would have to change what stands. */
export function fixedFindings(standing: Standing, { database, network, aws }: Wanted): readonly Finding[] {
  const finding = (path: readonly string[], wanted: string, former: string | null | undefined) =>
    former === null || former === undefined || former === wanted
      ? []
      : [
          {
            path: pathText(path),
            problem: `is ${wanted}, and what stands was made with ${former}, which cannot change without replacing the database`,
            remedy: `Put it back: ${setCommand(path, former)}; or take the stack down and make it anew (docs/aws-operations.md, "Tear down"), and restore from the snapshot that stays`,
          },
        ];
  return [
    ...finding(["database", "name"], database.name, standing.name),
    ...finding(["aws", "database", "kind"], aws.database.kind, standing.kind),
    ...finding(["network", "range"], network.range, standing.range),
    ...zones.flatMap((zone) => finding(["aws", "zones", zone], aws.zones[zone], standing.zones[zone])),
  ];
}
