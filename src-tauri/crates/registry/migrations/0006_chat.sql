-- Conversations: how far each message came, what was answered, one order over both, who read how far, and a search.

-- `main`: the one conversation of an account with an agent. Others come from the bridge's own callers and from imports.
ALTER TABLE web_chat_sessions ADD COLUMN main INTEGER NOT NULL DEFAULT 0 CHECK (main IN (0, 1));
CREATE UNIQUE INDEX web_chat_sessions_main ON web_chat_sessions(user_id, agent_id) WHERE main = 1;
CREATE INDEX web_chat_sessions_active ON web_chat_sessions(last_active);

-- `route`: who delivers it. `key` makes a message the same one when it is handed in twice. A message is leased while somebody
-- holds it; `attempts` counts how often it was handed out, `surplus` the answers beyond the first that came for it.
ALTER TABLE web_chat_messages ADD COLUMN state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'answered', 'failed', 'cancelled'));
ALTER TABLE web_chat_messages ADD COLUMN route TEXT NOT NULL DEFAULT 'bridge' CHECK (route IN ('direct', 'bridge'));
ALTER TABLE web_chat_messages ADD COLUMN key TEXT CHECK (length(key) BETWEEN 1 AND 128);
ALTER TABLE web_chat_messages ADD COLUMN failure TEXT CHECK (failure <> '');
ALTER TABLE web_chat_messages ADD COLUMN reason TEXT;
ALTER TABLE web_chat_messages ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0);
ALTER TABLE web_chat_messages ADD COLUMN surplus INTEGER NOT NULL DEFAULT 0 CHECK (surplus >= 0);
ALTER TABLE web_chat_messages ADD COLUMN lease_owner TEXT;
ALTER TABLE web_chat_messages ADD COLUMN leased_until TEXT;
ALTER TABLE web_chat_messages ADD COLUMN sent_at TEXT;
ALTER TABLE web_chat_messages ADD COLUMN answered_at TEXT;
-- Every row is written anew: a salvage knows a row by its number of columns, and an added one is in no row on disk.
UPDATE web_chat_sessions SET main = 0;
UPDATE web_chat_messages SET state = CASE processed WHEN 1 THEN 'answered' ELSE 'queued' END;
CREATE UNIQUE INDEX web_chat_messages_key ON web_chat_messages(session_id, key) WHERE key IS NOT NULL;
CREATE INDEX web_chat_messages_open ON web_chat_messages(route, id) WHERE state IN ('queued', 'sent');
CREATE INDEX web_chat_messages_waiting ON web_chat_messages(session_id, id) WHERE state IN ('queued', 'sent');
CREATE INDEX web_chat_messages_handed ON web_chat_messages(session_id, id) WHERE attempts > 0 AND state <> 'answered';
CREATE INDEX web_chat_messages_answered ON web_chat_messages(session_id, answered_at, id) WHERE state = 'answered';

CREATE TABLE web_chat_responses (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id  TEXT NOT NULL REFERENCES web_chat_sessions(id) ON DELETE RESTRICT,
  response    TEXT NOT NULL DEFAULT '',
  timestamp   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  message_id  INTEGER REFERENCES web_chat_messages(id) ON DELETE SET NULL,
  status      TEXT NOT NULL DEFAULT 'done' CHECK (status IN ('streaming', 'done', 'failed', 'cancelled', 'interrupted')),
  reason      TEXT,
  finished_at TEXT,
  repeated_at TEXT
) STRICT;
CREATE INDEX web_chat_responses_session ON web_chat_responses(session_id, id);
CREATE INDEX web_chat_responses_time ON web_chat_responses(session_id, timestamp, id);
CREATE INDEX web_chat_responses_message ON web_chat_responses(message_id);
CREATE INDEX web_chat_responses_streaming ON web_chat_responses(id) WHERE status = 'streaming';
CREATE INDEX web_chat_responses_repeated ON web_chat_responses(session_id, id) WHERE repeated_at IS NOT NULL;
-- No message is answered twice, whoever answers.
CREATE UNIQUE INDEX web_chat_responses_once ON web_chat_responses(message_id) WHERE status = 'done' AND message_id IS NOT NULL;

-- What an answer is made of, in the order it came. Rows next to each other with one kind and one `part` are one part.
CREATE TABLE web_chat_parts (
  response_id INTEGER NOT NULL REFERENCES web_chat_responses(id) ON DELETE CASCADE,
  n           INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('text', 'reasoning', 'tool_call', 'tool_return', 'error')),
  part        TEXT NOT NULL DEFAULT '',
  payload     TEXT NOT NULL CHECK (json_valid(payload)),
  PRIMARY KEY (response_id, n)
) STRICT;

-- One order over messages and responses. A transcript is a range of it.
CREATE TABLE web_chat_entries (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id  TEXT NOT NULL REFERENCES web_chat_sessions(id) ON DELETE RESTRICT,
  timestamp   TEXT NOT NULL,
  message_id  INTEGER UNIQUE REFERENCES web_chat_messages(id) ON DELETE CASCADE,
  response_id INTEGER UNIQUE REFERENCES web_chat_responses(id) ON DELETE CASCADE,
  CHECK (message_id IS NULL OR response_id IS NULL)
) STRICT;
CREATE INDEX web_chat_entries_page ON web_chat_entries(session_id, seq);
CREATE INDEX web_chat_entries_date ON web_chat_entries(session_id, timestamp, seq);
CREATE INDEX web_chat_entries_answers ON web_chat_entries(session_id, seq) WHERE response_id IS NOT NULL;

CREATE TABLE web_chat_reads (
  session_id TEXT NOT NULL REFERENCES web_chat_sessions(id) ON DELETE CASCADE,
  user_id    INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  seq        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (session_id, user_id)
) STRICT;
CREATE INDEX web_chat_reads_user ON web_chat_reads(user_id);

-- Rows from before are put in the order of their ids.
INSERT INTO web_chat_entries(session_id, timestamp, message_id) SELECT session_id, timestamp, id FROM web_chat_messages ORDER BY id;

-- The search holds no text of its own. An answer is found once it is whole.
CREATE VIEW web_chat_texts(seq, text) AS
  SELECT e.seq, m.message FROM web_chat_entries e JOIN web_chat_messages m ON m.id = e.message_id
  UNION ALL
  SELECT e.seq, r.response FROM web_chat_entries e JOIN web_chat_responses r ON r.id = e.response_id WHERE r.status <> 'streaming';
CREATE VIRTUAL TABLE web_chat_search USING fts5(text, content = 'web_chat_texts', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
INSERT INTO web_chat_search(web_chat_search) VALUES ('rebuild');

CREATE TRIGGER web_chat_messages_enter AFTER INSERT ON web_chat_messages
BEGIN
  INSERT INTO web_chat_entries(session_id, timestamp, message_id) VALUES (NEW.session_id, NEW.timestamp, NEW.id);
  INSERT INTO web_chat_search(rowid, text) SELECT seq, NEW.message FROM web_chat_entries WHERE message_id = NEW.id;
END;
CREATE TRIGGER web_chat_messages_leave BEFORE DELETE ON web_chat_messages
BEGIN
  INSERT INTO web_chat_search(web_chat_search, rowid, text) SELECT 'delete', seq, OLD.message FROM web_chat_entries WHERE message_id = OLD.id;
END;
CREATE TRIGGER web_chat_messages_reword AFTER UPDATE OF message ON web_chat_messages WHEN NEW.message IS NOT OLD.message
BEGIN
  INSERT INTO web_chat_search(web_chat_search, rowid, text) SELECT 'delete', seq, OLD.message FROM web_chat_entries WHERE message_id = OLD.id;
  INSERT INTO web_chat_search(rowid, text) SELECT seq, NEW.message FROM web_chat_entries WHERE message_id = NEW.id;
END;
CREATE TRIGGER web_chat_responses_enter AFTER INSERT ON web_chat_responses
BEGIN
  INSERT INTO web_chat_entries(session_id, timestamp, response_id) VALUES (NEW.session_id, NEW.timestamp, NEW.id);
  INSERT INTO web_chat_search(rowid, text) SELECT seq, NEW.response FROM web_chat_entries WHERE response_id = NEW.id AND NEW.status <> 'streaming';
END;
CREATE TRIGGER web_chat_responses_leave BEFORE DELETE ON web_chat_responses WHEN OLD.status <> 'streaming'
BEGIN
  INSERT INTO web_chat_search(web_chat_search, rowid, text) SELECT 'delete', seq, OLD.response FROM web_chat_entries WHERE response_id = OLD.id;
END;
CREATE TRIGGER web_chat_responses_reword AFTER UPDATE OF response, status ON web_chat_responses
WHEN NEW.response IS NOT OLD.response OR (NEW.status = 'streaming') IS NOT (OLD.status = 'streaming')
BEGIN
  INSERT INTO web_chat_search(web_chat_search, rowid, text)
    SELECT 'delete', seq, OLD.response FROM web_chat_entries WHERE response_id = OLD.id AND OLD.status <> 'streaming';
  INSERT INTO web_chat_search(rowid, text) SELECT seq, NEW.response FROM web_chat_entries WHERE response_id = NEW.id AND NEW.status <> 'streaming';
END;
