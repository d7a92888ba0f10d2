/** What the name of every instance that a restore drill makes begins with: the rights of who drills end there. */
export const drillPrefix = "drill-";
