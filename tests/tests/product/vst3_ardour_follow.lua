-- Hosts Tagline.vst3 in Ardour: loads a preset that Ardour has found by itself, rolls and writes down where a
-- macro stands, puts that into the automation of its parameter, and plays it back with the plugin in
-- Follow. Without a window, Ardour records no automation by itself: it takes it from gestures, which
-- VST3 allows on the run loop that Ardour shows while the editor is open.
-- Arguments: the folder for the session, the seconds of audio to roll, the label of a preset.
-- Prints one JSON object a line; the rest of Ardour's output is its own.

local session_folder = arg[1]
local seconds = tonumber (arg[2])
local label = arg[3]

local function text (value)
	return '"' .. tostring (value):gsub ('[%c"\\]', " ") .. '"'
end

local function say (kind, fields)
	local parts = { '"kind":' .. text (kind) }
	for key, value in pairs (fields) do
		parts[#parts + 1] = text (key) .. ":" .. value
	end
	print ("{" .. table.concat (parts, ",") .. "}")
end

local function fail (reason)
	say ("error", { reason = text (reason) })
	os.exit (1)
end

local backend = AudioEngine:set_backend ("None (Dummy)", "", "")
backend:set_device_name ("Sine Sweep")
backend:set_buffer_size (512)
if not create_session (session_folder, "tagline", 48000) then
	fail ("no session")
end
local tracks = Session:new_audio_track (2, 2, nil, 1, "song",
	ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local track = tracks:front ():to_track ()
local processor = ARDOUR.LuaAPI.new_plugin (Session, "Tagline", ARDOUR.PluginType.VST3, "")
if processor:isnil () then
	fail ("Ardour does not know the plugin")
end
if track:add_processor_by_index (processor, 0, nil, true) ~= 0 then
	fail ("the track refused the plugin")
end
local insert = processor:to_insert ()
local plugin = insert:plugin (0)

-- Ardour counts the parameters without the bypass.
local index_of, tag_indexes = {}, {}
for index = 0, plugin:parameter_count () - 1 do
	index_of[plugin:parameter_label (index)] = index
end
local index, mode = index_of["Macro 1"], index_of["Mode"]
if not index or not mode then
	fail ("Ardour does not list the plugin's parameters")
end
for tag = index_of["Focus"] - 50, index_of["Focus"] - 1 do
	tag_indexes[#tag_indexes + 1] = tag
end

local labels = {}
for known in ARDOUR.LuaAPI.list_plugins ():iter () do
	if known.name == "Tagline" then
		for found in known:get_presets ():iter () do
			labels[#labels + 1] = text (found.label)
		end
	end
end
local preset = plugin:preset_by_label (label)
if not preset or not preset.valid then
	fail ("Ardour does not find the preset " .. label)
end
if not plugin:load_preset (preset) then
	fail ("Ardour did not load the preset " .. label)
end
sleep (0.5)
say ("preset", { uri = text (preset.uri), labels = "[" .. table.concat (labels, ",") .. "]" })

local which = Evoral.Parameter (ARDOUR.AutomationType.PluginAutomation, 0, index)
local control = insert:to_automatable ():automation_control (which, true)
if control:isnil () then
	fail ("the parameter cannot be automated")
end
local list = control:alist ()

local function tags ()
	local list = {}
	for _, tag in ipairs (tag_indexes) do
		local value = ARDOUR.LuaAPI.get_plugin_insert_param (insert, tag, true)
		list[#list + 1] = string.format ("%.9g", value)
	end
	return "[" .. table.concat (list, ",") .. "]"
end

-- Rolls, and says where the macro stands. Returns the positions and values.
local function roll (kind)
	local heard = {}
	Session:request_roll (ARDOUR.TransportRequestSource.TRS_UI)
	-- By the song's clock, which a busy machine may slow down, and by the wall's if it stops.
	for _ = 1, 4 * 100 do
		sleep (0.1)
		local before = Session:transport_sample ()
		local value = ARDOUR.LuaAPI.get_plugin_insert_param (insert, index, true)
		say (kind, {
			from = before, to = Session:transport_sample (),
			value = string.format ("%.9g", value), tags = tags (),
		})
		heard[#heard + 1] = { before, value }
		if before >= seconds * 48000 then break end
	end
	Session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI)
	sleep (1)
	return heard
end

-- Ardour leaves monitoring to the hardware unless told otherwise.
track:monitoring_control ():set_value (ARDOUR.MonitorChoice.MonitorInput,
	PBD.GroupControlDisposition.NoGroup)
for _, point in ipairs (roll ("live")) do
	list:add (Temporal.timepos_t (point[1]), point[2], false, true)
end
control:set_automation_state (ARDOUR.AutoState.Play)
say ("automation", { points = list:events ():size () })

ARDOUR.LuaAPI.set_plugin_insert_param (insert, mode, 2)
Session:request_locate (0, false, ARDOUR.LocateTransportDisposition.MustStop,
	ARDOUR.TransportRequestSource.TRS_UI)
sleep (1)
roll ("follow")

close_session ()
say ("done", {})
