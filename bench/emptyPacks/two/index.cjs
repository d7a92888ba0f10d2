const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("empty-two", { policies: [] });
