-- What spec/installation-layout.md names for control/registry.db, and the journal of DESIGN section 4.

CREATE TABLE ports (
  id          INTEGER PRIMARY KEY,
  port        INTEGER NOT NULL UNIQUE CHECK (port BETWEEN 1 AND 65535),
  agent_id    INTEGER REFERENCES agents(id) ON DELETE RESTRICT,
  module      TEXT NOT NULL CHECK (module <> ''),
  instance_id INTEGER REFERENCES tool_instances(id) ON DELETE CASCADE,
  created_by  INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (agent_id, module)
) STRICT;
CREATE UNIQUE INDEX ports_shared_module ON ports(module) WHERE agent_id IS NULL;
CREATE INDEX ports_instance ON ports(instance_id);

CREATE TABLE agent_memberships (
  agent_id   INTEGER NOT NULL REFERENCES agents(id) ON DELETE RESTRICT,
  user_id    INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  role       TEXT NOT NULL DEFAULT 'member' CHECK (role <> ''),
  created_by INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (agent_id, user_id)
) STRICT;
CREATE INDEX agent_memberships_user ON agent_memberships(user_id);

CREATE TABLE user_agent_map (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  agent_id   INTEGER NOT NULL REFERENCES agents(id) ON DELETE RESTRICT,
  module     TEXT NOT NULL CHECK (module <> ''),
  local_user TEXT NOT NULL CHECK (local_user <> ''),
  created_by INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (agent_id, module, user_id)
) STRICT;
CREATE INDEX user_agent_map_user ON user_agent_map(user_id);

CREATE TABLE change_sets (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  id            TEXT NOT NULL UNIQUE,
  title         TEXT NOT NULL,
  summary       TEXT NOT NULL DEFAULT '',
  actor_user_id INTEGER REFERENCES users(id) ON DELETE RESTRICT,
  actor_name    TEXT NOT NULL,
  via           TEXT NOT NULL CHECK (via IN ('app', 'cli', 'recovery')),
  state         TEXT NOT NULL CHECK (state IN ('applying', 'applied', 'undone', 'rolled_back', 'needs_you')),
  state_note    TEXT,
  undo_of       TEXT REFERENCES change_sets(id) ON DELETE RESTRICT,
  undone_by     TEXT,
  created_at    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  finished_at   TEXT,
  took_ms       INTEGER,
  icon          TEXT
) STRICT;
CREATE INDEX change_sets_state ON change_sets(state, seq);
CREATE INDEX change_sets_actor ON change_sets(actor_user_id, seq);
CREATE INDEX change_sets_undo_of ON change_sets(undo_of);

CREATE TABLE change_steps (
  change_id   TEXT NOT NULL REFERENCES change_sets(id) ON DELETE CASCADE,
  n           INTEGER NOT NULL,
  grp         TEXT NOT NULL DEFAULT '',
  title       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  target      TEXT NOT NULL,
  payload     TEXT NOT NULL,
  before_blob BLOB,
  after_blob  BLOB,
  PRIMARY KEY (change_id, n)
) STRICT;
CREATE INDEX change_steps_target ON change_steps(target, change_id);

CREATE TABLE audit (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  user_id INTEGER REFERENCES users(id) ON DELETE SET NULL,
  actor   TEXT NOT NULL,
  via     TEXT NOT NULL CHECK (via <> ''),
  action  TEXT NOT NULL CHECK (action <> ''),
  target  TEXT NOT NULL DEFAULT '',
  detail  TEXT CHECK (detail IS NULL OR json_valid(detail))
) STRICT;
CREATE INDEX audit_user ON audit(user_id, id);
CREATE INDEX audit_action ON audit(action, id);
