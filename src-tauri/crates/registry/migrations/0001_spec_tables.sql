-- The twelve tables of spec/registry-schema.md. Additions and deviations are listed in docs/registry.md.
-- Instants are UTC text 'YYYY-MM-DD HH:MM:SS'; booleans 0/1; JSON is checked text; every table is STRICT.
PRAGMA application_id = 1396788803; -- 'SANC': how we know the file is ours

CREATE TABLE meta (
  key   TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE users (
  id                    INTEGER PRIMARY KEY,
  username              TEXT NOT NULL UNIQUE CHECK (length(username) BETWEEN 1 AND 100),
  email                 TEXT NOT NULL UNIQUE CHECK (length(email) BETWEEN 1 AND 254),
  password_hash         TEXT NOT NULL CHECK (password_hash <> ''),
  role                  TEXT NOT NULL CHECK (role IN ('admin', 'user', 'viewer')),
  permissions           TEXT CHECK (permissions IS NULL OR json_valid(permissions)),
  last_login            TEXT,
  created_at            TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at            TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  is_active             INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  failed_login_attempts INTEGER NOT NULL DEFAULT 0 CHECK (failed_login_attempts >= 0),
  locked_until          TEXT,
  created_by            INTEGER REFERENCES users(id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE agents (
  id               INTEGER PRIMARY KEY,
  letta_uid        TEXT NOT NULL UNIQUE CHECK (letta_uid <> ''),
  name             TEXT,
  description      TEXT,
  status           TEXT NOT NULL DEFAULT 'Unknown' CHECK (status IN ('Healthy', 'Degraded', 'Off', 'Ready', 'Unknown')),
  created_by       INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at       TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at       TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  config           TEXT CHECK (config IS NULL OR json_valid(config)),
  is_active        INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  visible_to_users TEXT CHECK (visible_to_users IS NULL OR (json_valid(visible_to_users) AND json_type(visible_to_users) = 'array')),
  visible_to_roles TEXT CHECK (visible_to_roles IS NULL OR (json_valid(visible_to_roles) AND json_type(visible_to_roles) = 'array')),
  uid              TEXT NOT NULL UNIQUE CHECK (uid <> '' AND instr(uid, '/') = 0),
  path             TEXT NOT NULL CHECK (path <> '' AND substr(path, 1, 1) <> '/'),
  agent_index      INTEGER NOT NULL UNIQUE CHECK (agent_index >= 0),
  color            INTEGER NOT NULL DEFAULT 1 CHECK (color >= 0)
) STRICT;

CREATE TABLE tools (
  id            INTEGER PRIMARY KEY,
  name          TEXT NOT NULL CHECK (name <> ''),
  description   TEXT,
  emoji         TEXT,
  category      TEXT,
  status        TEXT NOT NULL DEFAULT 'Unknown' CHECK (status IN ('Healthy', 'Degraded', 'Off', 'Ready', 'Unknown')),
  module_scope  TEXT NOT NULL CHECK (module_scope IN ('global', 'agent')),
  config_schema TEXT CHECK (config_schema IS NULL OR json_valid(config_schema)),
  created_by    INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  is_enabled    INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
  slug          TEXT NOT NULL UNIQUE CHECK (slug <> ''),
  path          TEXT,
  version       TEXT,
  icon          TEXT
) STRICT;

CREATE TABLE tool_instances (
  id         INTEGER PRIMARY KEY,
  tool_id    INTEGER NOT NULL REFERENCES tools(id) ON DELETE RESTRICT,
  agent_id   INTEGER REFERENCES agents(id) ON DELETE RESTRICT,
  name       TEXT,
  config     TEXT CHECK (config IS NULL OR json_valid(config)),
  status     TEXT NOT NULL DEFAULT 'Unknown' CHECK (status IN ('Healthy', 'Degraded', 'Off', 'Ready', 'Unknown')),
  last_run   TEXT,
  next_run   TEXT,
  created_by INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  is_active  INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  path       TEXT
) STRICT;

CREATE TABLE configurations (
  id           INTEGER PRIMARY KEY,
  key          TEXT NOT NULL CHECK (key <> ''),
  value        TEXT,
  type         TEXT NOT NULL DEFAULT 'string' CHECK (type IN ('string', 'number', 'boolean', 'json')),
  scope        TEXT NOT NULL CHECK (scope IN ('system', 'agent', 'tool', 'user')),
  scope_id     INTEGER,
  description  TEXT,
  is_encrypted INTEGER NOT NULL DEFAULT 0 CHECK (is_encrypted IN (0, 1)),
  created_by   INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CHECK ((scope = 'system') = (scope_id IS NULL))
) STRICT;

CREATE TABLE plugins (
  id           INTEGER PRIMARY KEY,
  tool_id      INTEGER NOT NULL REFERENCES tools(id) ON DELETE RESTRICT,
  name         TEXT NOT NULL CHECK (name <> ''),
  module_scope TEXT NOT NULL CHECK (module_scope IN ('global', 'agent')),
  version      TEXT,
  status       TEXT NOT NULL DEFAULT 'Inactive' CHECK (status IN ('Active', 'Inactive', 'Error', 'Unknown')),
  config       TEXT CHECK (config IS NULL OR json_valid(config)),
  dependencies TEXT CHECK (dependencies IS NULL OR (json_valid(dependencies) AND json_type(dependencies) = 'array')),
  created_by   INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  created_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  is_enabled   INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
  UNIQUE (tool_id, name)
) STRICT;

CREATE TABLE user_sessions (
  id            TEXT PRIMARY KEY NOT NULL CHECK (length(id) BETWEEN 1 AND 100),
  user_id       INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  session_token TEXT NOT NULL CHECK (length(session_token) BETWEEN 1 AND 255),
  ip_address    TEXT CHECK (length(ip_address) <= 45),
  user_agent    TEXT,
  expires_at    TEXT NOT NULL,
  created_at    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

CREATE TABLE system_config (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  config_key   TEXT NOT NULL UNIQUE CHECK (length(config_key) BETWEEN 1 AND 100),
  config_value TEXT,
  config_type  TEXT NOT NULL DEFAULT 'string' CHECK (config_type IN ('string', 'number', 'boolean', 'json')),
  description  TEXT,
  is_encrypted INTEGER NOT NULL DEFAULT 0 CHECK (is_encrypted IN (0, 1)),
  category     TEXT NOT NULL DEFAULT 'general' CHECK (length(category) <= 50),
  created_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  created_by   INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE env_vars (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  var_name     TEXT NOT NULL UNIQUE CHECK (length(var_name) BETWEEN 1 AND 100),
  var_value    TEXT,
  is_encrypted INTEGER NOT NULL DEFAULT 0 CHECK (is_encrypted IN (0, 1)),
  description  TEXT,
  created_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  created_by   INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE agent_configs (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  agent_id     INTEGER NOT NULL REFERENCES agents(id) ON DELETE RESTRICT,
  config_key   TEXT NOT NULL CHECK (length(config_key) BETWEEN 1 AND 100),
  config_value TEXT,
  config_type  TEXT NOT NULL DEFAULT 'string' CHECK (config_type IN ('string', 'number', 'boolean', 'json')),
  is_encrypted INTEGER NOT NULL DEFAULT 0 CHECK (is_encrypted IN (0, 1)),
  created_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  created_by   INTEGER NOT NULL REFERENCES users(id) ON DELETE RESTRICT,
  UNIQUE (agent_id, config_key)
) STRICT;

CREATE TABLE web_chat_sessions (
  id          TEXT PRIMARY KEY NOT NULL CHECK (length(id) BETWEEN 1 AND 64),
  uid         TEXT UNIQUE CHECK (length(uid) <= 16),
  user_id     INTEGER REFERENCES users(id) ON DELETE RESTRICT,
  agent_id    INTEGER REFERENCES agents(id) ON DELETE RESTRICT,
  created_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_active TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ip_address  TEXT CHECK (length(ip_address) <= 45),
  metadata    TEXT CHECK (metadata IS NULL OR json_valid(metadata))
) STRICT;

CREATE TABLE web_chat_messages (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id       TEXT NOT NULL REFERENCES web_chat_sessions(id) ON DELETE RESTRICT,
  message          TEXT NOT NULL,
  timestamp        TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  processed        INTEGER NOT NULL DEFAULT 0 CHECK (processed IN (0, 1)),
  broca_message_id INTEGER,
  user_id          INTEGER REFERENCES users(id) ON DELETE RESTRICT
) STRICT;

-- Indexes of the spec, by their names.
CREATE INDEX idx_agents_letta_uid ON agents(letta_uid);
CREATE INDEX idx_agents_created_by ON agents(created_by);
CREATE INDEX idx_tools_category ON tools(category);
CREATE INDEX idx_tools_module_scope ON tools(module_scope);
CREATE INDEX idx_tools_created_by ON tools(created_by);
CREATE INDEX idx_tool_instances_agent ON tool_instances(agent_id);
CREATE INDEX idx_tool_instances_created_by ON tool_instances(created_by);
CREATE INDEX idx_configurations_scope ON configurations(scope, scope_id);
CREATE INDEX idx_configurations_created_by ON configurations(created_by);
CREATE INDEX idx_users_username ON users(username);
CREATE INDEX idx_users_email ON users(email);
CREATE INDEX idx_plugins_tool ON plugins(tool_id);
CREATE INDEX idx_plugins_module_scope ON plugins(module_scope);
CREATE INDEX idx_user_sessions_user ON user_sessions(user_id);
CREATE INDEX idx_user_sessions_token ON user_sessions(session_token);
CREATE INDEX idx_agent_configs_agent ON agent_configs(agent_id);
CREATE INDEX idx_system_config_key ON system_config(config_key);
CREATE INDEX idx_env_vars_name ON env_vars(var_name);
CREATE INDEX idx_web_chat_sessions_user ON web_chat_sessions(user_id);
CREATE INDEX idx_web_chat_sessions_agent ON web_chat_sessions(agent_id);

-- Indexes of ours: foreign keys the spec leaves without one, and identities it describes in prose.
CREATE UNIQUE INDEX users_username_fold ON users(username COLLATE NOCASE);
CREATE UNIQUE INDEX users_email_fold ON users(email COLLATE NOCASE);
CREATE INDEX users_created_by ON users(created_by);
CREATE UNIQUE INDEX agents_uid_fold ON agents(uid COLLATE NOCASE);
CREATE INDEX tool_instances_tool ON tool_instances(tool_id, agent_id);
CREATE UNIQUE INDEX configurations_identity ON configurations(scope, ifnull(scope_id, 0), key);
CREATE INDEX plugins_created_by ON plugins(created_by);
CREATE INDEX system_config_created_by ON system_config(created_by);
CREATE INDEX env_vars_created_by ON env_vars(created_by);
CREATE INDEX agent_configs_created_by ON agent_configs(created_by);
CREATE INDEX web_chat_messages_session ON web_chat_messages(session_id, id);
CREATE INDEX web_chat_messages_user ON web_chat_messages(user_id);
