/** Descriptions as EC2 takes them. Pure. */

/** Most characters of a description. */
const longest = 255;

/** What EC2 refuses in the description of a security group or of one of its rules (CreateSecurityGroup, IpRange). */
const refused = /[^a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]/g;

/** The description of a security group or of one of its rules: what EC2 refuses is left out, the end too if need be. */
export function groupDescription(why: string): string {
  return why.replaceAll(/\s/g, " ").replaceAll(refused, "").slice(0, longest);
}
