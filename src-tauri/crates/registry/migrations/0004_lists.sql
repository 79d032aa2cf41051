-- Read models of the paged lists. Derived: rebuilt from the tables above, never edited by hand, never in a change set.

CREATE TABLE cards (
  id          TEXT PRIMARY KEY NOT NULL,
  tab         TEXT NOT NULL,
  rank        INTEGER NOT NULL CHECK (rank IN (0, 1)),
  sort        TEXT NOT NULL,
  name        TEXT NOT NULL,
  title       TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  icon        TEXT,
  emoji       TEXT,
  kind        TEXT NOT NULL,
  origin      TEXT NOT NULL DEFAULT '',
  version     TEXT,
  path        TEXT,
  tool_id     INTEGER,
  instance_id INTEGER,
  broken      TEXT CHECK (broken IS NULL OR json_valid(broken)),
  status      TEXT NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  search      TEXT NOT NULL
) STRICT;
CREATE INDEX cards_page ON cards(tab, rank, sort, id);

-- The folded text of each agent, and whether a visibility list narrows it. `search` NULL means: fold it before the commit.
CREATE TABLE agent_search (
  agent_id   INTEGER PRIMARY KEY REFERENCES agents(id) ON DELETE CASCADE,
  sort       TEXT NOT NULL DEFAULT '',
  search     TEXT,
  restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1))
) STRICT;
CREATE INDEX agent_search_page ON agent_search(sort, agent_id);
CREATE INDEX agent_search_stale ON agent_search(agent_id) WHERE search IS NULL;
CREATE INDEX agent_search_restricted ON agent_search(agent_id) WHERE restricted = 1;

-- Totals and every 256th row of a list, so that a page deep in 100,000 rows costs what the first one does.
CREATE TABLE list_totals (
  list   TEXT PRIMARY KEY NOT NULL,
  total  INTEGER NOT NULL DEFAULT 0,
  marked INTEGER NOT NULL DEFAULT 0,
  dirty  INTEGER NOT NULL DEFAULT 1 CHECK (dirty IN (0, 1))
) STRICT;
CREATE TABLE list_anchors (
  list TEXT NOT NULL,
  n    INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  sort TEXT NOT NULL,
  id   ANY NOT NULL,
  PRIMARY KEY (list, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_totals_dirty ON list_totals(list) WHERE dirty = 1;

CREATE TRIGGER agent_search_insert AFTER INSERT ON agents
BEGIN
  INSERT OR REPLACE INTO agent_search(agent_id, restricted)
    VALUES (NEW.id, NEW.visible_to_users IS NOT NULL OR NEW.visible_to_roles IS NOT NULL);
  INSERT OR REPLACE INTO list_totals(list, dirty) VALUES ('agents', 1);
END;
CREATE TRIGGER agent_search_update AFTER UPDATE OF uid, name, description, path, visible_to_users, visible_to_roles ON agents
BEGIN
  UPDATE agent_search SET search = NULL, restricted = NEW.visible_to_users IS NOT NULL OR NEW.visible_to_roles IS NOT NULL
    WHERE agent_id = NEW.id;
  INSERT OR REPLACE INTO list_totals(list, dirty) VALUES ('agents', 1);
END;
CREATE TRIGGER agent_search_delete AFTER DELETE ON agents
BEGIN INSERT OR REPLACE INTO list_totals(list, dirty) VALUES ('agents', 1); END;

INSERT INTO agent_search(agent_id, restricted)
  SELECT id, visible_to_users IS NOT NULL OR visible_to_roles IS NOT NULL FROM agents;
INSERT INTO list_totals(list, dirty) VALUES ('agents', 1);
