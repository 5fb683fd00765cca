-- Loads a preset that Ardour has found by itself, rolls and writes down where a macro stands, puts that
-- into the automation of its parameter, and plays it back with the plugin in Follow.
-- Arguments: the folder for the session, the seconds of audio to roll, the label of a preset.

local seconds = tonumber (arg[2])
local label = arg[3]

local track, processor = new_session ()
local insert = processor:to_insert ()
local plugin = insert:plugin (0)
local macro, mode, tags = indexes (plugin)

local labels = {}
for known in ARDOUR.LuaAPI.list_plugins ():iter () do
	if known.name == "Tagline" then
		for found in known:get_presets ():iter () do
			labels[#labels + 1] = text (found.label)
		end
	end
end
local preset = load_preset (plugin, label)
say ("preset", { uri = text (preset.uri), labels = "[" .. table.concat (labels, ",") .. "]" })

local control = automation_of (insert, macro)
local list = control:alist ()
for _, point in ipairs (roll ("live", insert, macro, tags, seconds)) do
	list:add (Temporal.timepos_t (point[1]), point[2], false, true)
end
control:set_automation_state (ARDOUR.AutoState.Play)
say ("automation", { points = list:events ():size () })

ARDOUR.LuaAPI.set_plugin_insert_param (insert, mode, 2)
locate_start ()
roll ("follow", insert, macro, tags, seconds)

close_session ()
say ("done", {})
