-- What this app wrote into settings files and put into the secret store, and the depth that undo and redo walk by.

-- The last value this app wrote into a settings file, or hands over by the process environment: the base of a three-way merge.
-- `file` is relative to the root; `key` a variable, or a JSON pointer. `value` is its text, or its JSON; NULL: taken out by us.
-- Never a secret's value.
CREATE TABLE settings_written (
  file       TEXT NOT NULL CHECK (file <> '' AND substr(file, 1, 1) <> '/'),
  key        TEXT NOT NULL CHECK (key <> ''),
  value      TEXT,
  delivery   TEXT NOT NULL CHECK (delivery IN ('file', 'environment')),
  restart    INTEGER NOT NULL DEFAULT 0 CHECK (restart IN (0, 1)),
  written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  created_by INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  PRIMARY KEY (file, key)
) STRICT;
CREATE INDEX settings_written_key ON settings_written(key);
CREATE INDEX settings_written_created_by ON settings_written(created_by);

CREATE TRIGGER settings_written_touch AFTER UPDATE ON settings_written WHEN NEW.written_at IS OLD.written_at
BEGIN UPDATE settings_written SET written_at = CURRENT_TIMESTAMP WHERE file = NEW.file AND key = NEW.key; END;

-- Items this app put into the secret store: pending until the change that needs it holds, old once nothing does. No values.
CREATE TABLE secret_items (
  account    TEXT PRIMARY KEY NOT NULL CHECK (length(account) BETWEEN 1 AND 512),
  key        TEXT NOT NULL CHECK (key <> ''),
  state      TEXT NOT NULL CHECK (state IN ('pending', 'live', 'old')),
  made_at    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  changed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  created_by INTEGER REFERENCES users(id) ON DELETE SET NULL
) STRICT;
CREATE INDEX secret_items_state ON secret_items(state);
CREATE INDEX secret_items_created_by ON secret_items(created_by);

-- How many undos lie between a change set and a change of its own: even ones can be undone, odd ones redone.
ALTER TABLE change_sets ADD COLUMN depth INTEGER NOT NULL DEFAULT 0 CHECK (depth >= 0);
-- Every row is written anew: a salvage knows a row by its number of columns, and an added one is in no row on disk.
UPDATE change_sets SET depth = 0;
WITH RECURSIVE hops(id, depth) AS (
  SELECT id, 0 FROM change_sets WHERE undo_of IS NULL
  UNION ALL
  SELECT s.id, hops.depth + 1 FROM hops JOIN change_sets s ON s.undo_of = hops.id
)
UPDATE change_sets SET depth = hops.depth FROM hops WHERE hops.id = change_sets.id AND hops.depth > 0;
CREATE TRIGGER change_sets_depth AFTER INSERT ON change_sets WHEN NEW.undo_of IS NOT NULL
BEGIN
  UPDATE change_sets SET depth = 1 + (SELECT depth FROM change_sets WHERE id = NEW.undo_of)
  WHERE seq = NEW.seq AND EXISTS (SELECT 1 FROM change_sets WHERE id = NEW.undo_of);
END;
CREATE INDEX change_sets_stack ON change_sets(state, depth % 2, seq, actor_user_id);
CREATE INDEX change_sets_finished ON change_sets(finished_at);
