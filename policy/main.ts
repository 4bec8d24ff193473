/** The policy pack: `pulumi preview --policy-pack policy`. */
import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules.ts";

new PolicyPack("foobar", {
  description: "The project's secure defaults as rules",
  enforcementLevel: "mandatory",
  policies: [...rules],
});
