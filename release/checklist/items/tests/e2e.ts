import { testsItem } from "./testsItem.ts";

/** The seed's "E2E tests: 100% pass". */
export const endToEndTests = testsItem("tests/e2e", "E2E tests: 100% pass");
