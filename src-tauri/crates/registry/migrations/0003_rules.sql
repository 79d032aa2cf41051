-- The relationships spec/registry-schema.md describes in prose, enforced. Each refusal says what happened and what to do.

CREATE TRIGGER users_maker BEFORE INSERT ON users
WHEN NEW.created_by IS NULL AND EXISTS (SELECT 1 FROM users)
BEGIN SELECT RAISE(ABORT, 'Only the first account may have no maker; set created_by to the account that adds this one.'); END;

CREATE TRIGGER users_maker_kept BEFORE UPDATE OF created_by ON users
WHEN NEW.created_by IS NULL AND OLD.created_by IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'An account keeps its maker; set created_by to an account.'); END;

-- A global tool has many instances; an agent tool needs an agent and has at most one instance per agent.
CREATE TRIGGER tool_instances_scope_insert BEFORE INSERT ON tool_instances
WHEN (SELECT module_scope FROM tools WHERE id = NEW.tool_id) = 'agent'
BEGIN
  SELECT RAISE(ABORT, 'An agent tool is installed in an agent''s folder; name the agent of this instance.') WHERE NEW.agent_id IS NULL;
  SELECT RAISE(ABORT, 'This agent already has an instance of this tool, and an agent tool has one; change that one instead.')
    WHERE EXISTS (SELECT 1 FROM tool_instances WHERE tool_id = NEW.tool_id AND agent_id = NEW.agent_id AND id IS NOT NEW.id);
END;

CREATE TRIGGER tool_instances_scope_update BEFORE UPDATE OF tool_id, agent_id ON tool_instances
WHEN (SELECT module_scope FROM tools WHERE id = NEW.tool_id) = 'agent'
BEGIN
  SELECT RAISE(ABORT, 'An agent tool is installed in an agent''s folder; name the agent of this instance.') WHERE NEW.agent_id IS NULL;
  SELECT RAISE(ABORT, 'This agent already has an instance of this tool, and an agent tool has one; change that one instead.')
    WHERE EXISTS (SELECT 1 FROM tool_instances WHERE tool_id = NEW.tool_id AND agent_id = NEW.agent_id AND id <> OLD.id);
END;

CREATE TRIGGER tools_scope_update BEFORE UPDATE OF module_scope ON tools
WHEN NEW.module_scope = 'agent' AND OLD.module_scope <> 'agent'
BEGIN
  SELECT RAISE(ABORT, 'The tool has an instance without an agent, so it cannot become an agent tool; remove that instance first.')
    WHERE EXISTS (SELECT 1 FROM tool_instances WHERE tool_id = OLD.id AND agent_id IS NULL);
  SELECT RAISE(ABORT, 'An agent has several instances of this tool, so it cannot become an agent tool; keep one per agent first.')
    WHERE EXISTS (SELECT 1 FROM tool_instances WHERE tool_id = OLD.id GROUP BY agent_id HAVING count(*) > 1);
END;

-- A plugin inherits its tool's scope.
CREATE TRIGGER tools_scope_inherit AFTER UPDATE OF module_scope ON tools
WHEN NEW.module_scope <> OLD.module_scope
BEGIN UPDATE plugins SET module_scope = NEW.module_scope WHERE tool_id = NEW.id; END;

CREATE TRIGGER plugins_scope_insert BEFORE INSERT ON plugins
WHEN NEW.module_scope IS NOT (SELECT module_scope FROM tools WHERE id = NEW.tool_id)
BEGIN SELECT RAISE(ABORT, 'A plugin has the scope of its tool; use the tool''s module_scope.')
  WHERE EXISTS (SELECT 1 FROM tools WHERE id = NEW.tool_id); END;

CREATE TRIGGER plugins_scope_update BEFORE UPDATE OF module_scope, tool_id ON plugins
WHEN NEW.module_scope IS NOT (SELECT module_scope FROM tools WHERE id = NEW.tool_id)
BEGIN SELECT RAISE(ABORT, 'A plugin has the scope of its tool; use the tool''s module_scope.')
  WHERE EXISTS (SELECT 1 FROM tools WHERE id = NEW.tool_id); END;

-- A plugin depends on other plugins of its own tool only; a dependency is a name, or an object with a name.
CREATE TRIGGER plugins_dependencies_insert BEFORE INSERT ON plugins
WHEN CASE WHEN json_valid(NEW.dependencies) THEN json_type(NEW.dependencies) = 'array' END
BEGIN
  SELECT RAISE(ABORT, 'A dependency is no other plugin of the same tool; add that plugin to this tool first, or drop the dependency.')
  WHERE EXISTS (
    SELECT 1 FROM (SELECT CASE type WHEN 'object' THEN json_extract(value, '$.name') WHEN 'text' THEN value END AS needs
                   FROM json_each(NEW.dependencies)) d
    WHERE d.needs IS NULL OR d.needs = NEW.name
       OR NOT EXISTS (SELECT 1 FROM plugins p WHERE p.tool_id = NEW.tool_id AND p.name = d.needs));
END;

CREATE TRIGGER plugins_dependencies_update BEFORE UPDATE OF dependencies, tool_id, name ON plugins
WHEN CASE WHEN json_valid(NEW.dependencies) THEN json_type(NEW.dependencies) = 'array' END
BEGIN
  SELECT RAISE(ABORT, 'A dependency is no other plugin of the same tool; add that plugin to this tool first, or drop the dependency.')
  WHERE EXISTS (
    SELECT 1 FROM (SELECT CASE type WHEN 'object' THEN json_extract(value, '$.name') WHEN 'text' THEN value END AS needs
                   FROM json_each(NEW.dependencies)) d
    WHERE d.needs IS NULL OR d.needs = NEW.name
       OR NOT EXISTS (SELECT 1 FROM plugins p WHERE p.tool_id = NEW.tool_id AND p.name = d.needs AND p.id <> OLD.id));
END;

CREATE TRIGGER plugins_needed_delete BEFORE DELETE ON plugins
BEGIN
  SELECT RAISE(ABORT, 'Another plugin of the tool depends on this one; remove that plugin or its dependency first.')
  WHERE EXISTS (
    SELECT 1 FROM plugins p, json_each(p.dependencies) d
    WHERE p.tool_id = OLD.tool_id AND p.id <> OLD.id AND p.dependencies IS NOT NULL
      AND CASE d.type WHEN 'object' THEN json_extract(d.value, '$.name') ELSE d.value END = OLD.name);
END;

CREATE TRIGGER plugins_needed_update BEFORE UPDATE OF name, tool_id ON plugins
WHEN NEW.name <> OLD.name OR NEW.tool_id <> OLD.tool_id
BEGIN
  SELECT RAISE(ABORT, 'Another plugin of the tool depends on this one; remove that plugin or its dependency first.')
  WHERE EXISTS (
    SELECT 1 FROM plugins p, json_each(p.dependencies) d
    WHERE p.tool_id = OLD.tool_id AND p.id <> OLD.id AND p.dependencies IS NOT NULL
      AND CASE d.type WHEN 'object' THEN json_extract(d.value, '$.name') ELSE d.value END = OLD.name);
END;

-- configurations.scope_id names a row of the table its scope names.
CREATE TRIGGER configurations_scope_insert BEFORE INSERT ON configurations
WHEN NEW.scope IN ('agent', 'tool', 'user') AND NEW.scope_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'The setting belongs to an agent, tool or account that is not there; check scope_id.')
  WHERE NOT EXISTS (SELECT 1 FROM agents WHERE NEW.scope = 'agent' AND id = NEW.scope_id)
    AND NOT EXISTS (SELECT 1 FROM tools WHERE NEW.scope = 'tool' AND id = NEW.scope_id)
    AND NOT EXISTS (SELECT 1 FROM users WHERE NEW.scope = 'user' AND id = NEW.scope_id); END;

CREATE TRIGGER configurations_scope_update BEFORE UPDATE OF scope, scope_id ON configurations
WHEN NEW.scope IN ('agent', 'tool', 'user') AND NEW.scope_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'The setting belongs to an agent, tool or account that is not there; check scope_id.')
  WHERE NOT EXISTS (SELECT 1 FROM agents WHERE NEW.scope = 'agent' AND id = NEW.scope_id)
    AND NOT EXISTS (SELECT 1 FROM tools WHERE NEW.scope = 'tool' AND id = NEW.scope_id)
    AND NOT EXISTS (SELECT 1 FROM users WHERE NEW.scope = 'user' AND id = NEW.scope_id); END;

CREATE TRIGGER configurations_kept_agents BEFORE DELETE ON agents
WHEN EXISTS (SELECT 1 FROM configurations WHERE scope = 'agent' AND scope_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'Settings still belong to this agent; remove them first.'); END;
CREATE TRIGGER configurations_kept_tools BEFORE DELETE ON tools
WHEN EXISTS (SELECT 1 FROM configurations WHERE scope = 'tool' AND scope_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'Settings still belong to this tool; remove them first.'); END;
CREATE TRIGGER configurations_kept_users BEFORE DELETE ON users
WHEN EXISTS (SELECT 1 FROM configurations WHERE scope = 'user' AND scope_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'Settings still belong to this account; remove them first.'); END;

-- updated_at moves when a row does, unless the writer sets it (an undo puts the old instant back).
-- Signing in and failing to is no change of the account.
CREATE TRIGGER users_touch AFTER UPDATE OF username, email, password_hash, role, permissions, is_active, created_by ON users WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE users SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER agents_touch AFTER UPDATE ON agents WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE agents SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER tools_touch AFTER UPDATE ON tools WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE tools SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER tool_instances_touch AFTER UPDATE ON tool_instances WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE tool_instances SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER configurations_touch AFTER UPDATE ON configurations WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE configurations SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER plugins_touch AFTER UPDATE ON plugins WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE plugins SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER system_config_touch AFTER UPDATE ON system_config WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE system_config SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER env_vars_touch AFTER UPDATE ON env_vars WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE env_vars SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
CREATE TRIGGER agent_configs_touch AFTER UPDATE ON agent_configs WHEN NEW.updated_at IS OLD.updated_at
BEGIN UPDATE agent_configs SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;
