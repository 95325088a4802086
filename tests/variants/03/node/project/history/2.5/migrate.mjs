import { run, version } from "./sqlite.mjs";
import { versions } from "./versions.mjs";

for (let now = await version(); now < versions.length; now = await version()) {
  try {
    await run(`CREATE TEMP TABLE expected(version INTEGER CHECK (version = ${now}));
      BEGIN IMMEDIATE;
      INSERT INTO expected SELECT user_version FROM pragma_user_version;
      ${versions[now]()}
      PRAGMA user_version = ${now + 1};
      COMMIT;`);
  } catch (error) {
    if ((await version()) === now) throw error; // else somebody else was faster
  }
}
