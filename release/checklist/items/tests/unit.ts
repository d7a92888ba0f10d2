import { testsItem } from "./testsItem.ts";

/** The seed's "Unit tests: 100% pass". */
export const unitTests = testsItem("tests/unit", "Unit tests: 100% pass");
