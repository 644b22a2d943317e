// Keeps the tokens of a program in a file that only its user can read.

import { readFile, rename, rm, writeFile } from "node:fs/promises";

export const fileStore = (path) => ({
  load: async () => JSON.parse(await readFile(path, "utf8").catch(() => "null")),

  async save(held) {
    if (!held) return rm(path, { force: true });
    await writeFile(`${path}.new`, JSON.stringify(held), { mode: 0o600, flush: true });
    return rename(`${path}.new`, path);
  },
});
