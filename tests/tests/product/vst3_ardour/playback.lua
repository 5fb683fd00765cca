-- Opens a session in which Ardour has recorded a macro's automation, says the curve, and plays it back
-- with the plugin in Follow.
-- Arguments: the folder of the session, the seconds of audio to roll.

local seconds = tonumber (arg[2])

start_engine ()
if not load_session (session_folder, "tagline") then
	fail ("Ardour does not open the session")
end
local track = Session:route_by_name ("song")
local insert = track:nth_plugin (0):to_insert ()
local plugin = insert:plugin (0)
local macro, mode, tags = indexes (plugin)
local control = automation_of (insert, macro)
for event in control:alist ():events ():iter () do
	say ("recorded", {
		from = event.when:samples (), value = string.format ("%.9g", event.value),
	})
end
control:set_automation_state (ARDOUR.AutoState.Play)
ARDOUR.LuaAPI.set_plugin_insert_param (insert, mode, 2)
locate_start ()
roll ("follow", insert, macro, tags, seconds)

close_session ()
say ("done", {})
