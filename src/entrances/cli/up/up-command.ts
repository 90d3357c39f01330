import type { CommandModule } from "../commands.ts";
export const define: CommandModule["define"] = () => undefined;
