// Preloaded into a child: writes the URL of each module that is loaded to the file that KUSTODY_TEST_MODULES names.
import { appendFileSync } from "node:fs";
import module from "node:module";
import process from "node:process";

module.registerHooks({
  load(url, context, next) {
    if (!url.startsWith("node:")) appendFileSync(process.env.KUSTODY_TEST_MODULES, `${url}\n`);
    return next(url, context);
  },
});
