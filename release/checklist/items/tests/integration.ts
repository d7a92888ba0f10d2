import { testsItem } from "./testsItem.ts";

/** The seed's "Integration tests: 100% pass". */
export const integrationTests = testsItem("tests/integration", "Integration tests: 100% pass");
