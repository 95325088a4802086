// versions[n] leads from version n to n + 1.
export const versions = [
  () => `CREATE TABLE calls(at_ms INTEGER NOT NULL);
         CREATE TABLE says(n INTEGER PRIMARY KEY AUTOINCREMENT, words TEXT NOT NULL);`,
  () => `ALTER TABLE says ADD COLUMN accepted_ms INTEGER;
         UPDATE says SET accepted_ms = ${Date.now()};`,
  () => `ALTER TABLE says ADD COLUMN parent INTEGER REFERENCES says(n);
         CREATE INDEX says_parent ON says(parent, n);`,
  () => `ALTER TABLE says ADD COLUMN author TEXT;
         ALTER TABLE says ADD COLUMN source TEXT NOT NULL DEFAULT 'api';
         ALTER TABLE says ADD COLUMN sid TEXT;
         CREATE INDEX says_sid ON says(sid);`,
];
