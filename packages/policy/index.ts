import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

// Pulumi loads this file: `pulumi preview --policy-pack packages/policy`.
new PolicyPack("event-ledger", { enforcementLevel: "mandatory", policies: [...policies] });
