import "../../../policies/lean-sdk.ts";
import { PolicyPack } from "@pulumi/policy";

new PolicyPack("empty-one", { policies: [] });
