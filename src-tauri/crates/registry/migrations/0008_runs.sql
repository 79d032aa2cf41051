-- How each instance is run, by its folder below the root. A row is written by a plan; without one it is the app's keeper.
CREATE TABLE module_runs (
  path       TEXT PRIMARY KEY CHECK (path <> ''),
  way        TEXT NOT NULL DEFAULT 'app' CHECK (way IN ('app', 'system')),
  at_login   INTEGER NOT NULL DEFAULT 0 CHECK (at_login IN (0, 1)),
  created_by INTEGER REFERENCES users(id) ON DELETE RESTRICT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;
CREATE INDEX module_runs_created_by ON module_runs(created_by);

-- What happened to instances: starts and stops with who did it, and changes of health. Rows are only ever added and, when old, dropped.
CREATE TABLE module_events (
  id   INTEGER PRIMARY KEY,
  path TEXT NOT NULL CHECK (path <> ''),
  at   TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind <> ''),
  word TEXT,
  text TEXT NOT NULL,
  by   TEXT
) STRICT;
CREATE INDEX module_events_path ON module_events(path, id);
