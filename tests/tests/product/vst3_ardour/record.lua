-- Saves a session that is ready to record the automation of a macro: the plugin in Record with a preset,
-- and the macro's automation in touch.
-- Arguments: the folder for the session, the label of a preset.

local label = arg[2]

local track, processor = new_session ()
local insert = processor:to_insert ()
local plugin = insert:plugin (0)
local macro, mode = indexes (plugin)
load_preset (plugin, label)
ARDOUR.LuaAPI.set_plugin_insert_param (insert, mode, 1)
automation_of (insert, macro):set_automation_state (ARDOUR.AutoState.Touch)
sleep (0.5)
say ("ids", {
	track = text (track:to_stateful ():id ():to_s ()),
	plugin = text (processor:to_stateful ():id ():to_s ()),
})
if Session:save_state ("") ~= 0 then
	fail ("Ardour did not save the session")
end
close_session ()
say ("done", {})
