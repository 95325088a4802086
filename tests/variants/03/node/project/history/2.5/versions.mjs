// versions[n] leads from version n to n + 1.
export const versions = [
  () => `CREATE TABLE calls(at_ms INTEGER NOT NULL);
         CREATE TABLE says(n INTEGER PRIMARY KEY AUTOINCREMENT, words TEXT NOT NULL);`,
];
