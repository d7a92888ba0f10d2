import { start } from "../plugin/start.ts";
import { kinds } from "./kinds.ts";
import { StandIn } from "./plugin/standIn.ts";

await start(() => new StandIn(kinds));
