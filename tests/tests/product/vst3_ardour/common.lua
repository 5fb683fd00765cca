-- What the scripts that host Tagline.vst3 in Ardour share; it is put in front of each of them.
-- A script's first argument is the folder of its session. It prints one JSON object a line; the rest of
-- Ardour's output is its own.

local session_folder = arg[1]

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

-- The dummy backend plays a sine sweep into every input.
local function start_engine ()
	local backend = AudioEngine:set_backend ("None (Dummy)", "", "")
	backend:set_device_name ("Sine Sweep")
	backend:set_buffer_size (512)
end

-- A new session with one track that hears the sweep, and the plugin on it.
local function new_session ()
	start_engine ()
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
	-- Ardour leaves monitoring to the hardware unless told otherwise.
	track:monitoring_control ():set_value (ARDOUR.MonitorChoice.MonitorInput,
		PBD.GroupControlDisposition.NoGroup)
	return track, processor
end

-- Indexes of the first macro, the mode, and the tags. Ardour counts the parameters without the bypass.
local function indexes (plugin)
	local index_of, tags = {}, {}
	for index = 0, plugin:parameter_count () - 1 do
		index_of[plugin:parameter_label (index)] = index
	end
	local mode, focus = index_of["Mode"], index_of["Focus"]
	if not mode or not focus then
		fail ("Ardour does not list the plugin's parameters")
	end
	for tag = focus - 50, focus - 1 do
		tags[#tags + 1] = tag
	end
	return focus + 1, mode, tags
end

local function load_preset (plugin, label)
	local preset = plugin:preset_by_label (label)
	if not preset or not preset.valid then
		fail ("Ardour does not find the preset " .. label)
	end
	if not plugin:load_preset (preset) then
		fail ("Ardour did not load the preset " .. label)
	end
	sleep (0.5)
	return preset
end

local function automation_of (insert, index)
	local which = Evoral.Parameter (ARDOUR.AutomationType.PluginAutomation, 0, index)
	local control = insert:to_automatable ():automation_control (which, true)
	if control:isnil () then
		fail ("the parameter cannot be automated")
	end
	return control
end

-- Rolls, and says where the macro and the tags stand. Returns the positions and the macro's values.
local function roll (kind, insert, macro, tag_indexes, seconds)
	local heard = {}
	Session:request_roll (ARDOUR.TransportRequestSource.TRS_UI)
	-- By the song's clock, which a busy machine may slow down, and by the wall's if it stops.
	for _ = 1, 4 * 100 do
		sleep (0.1)
		local before = Session:transport_sample ()
		local value = ARDOUR.LuaAPI.get_plugin_insert_param (insert, macro, true)
		local tags = {}
		for _, tag in ipairs (tag_indexes) do
			local value = ARDOUR.LuaAPI.get_plugin_insert_param (insert, tag, true)
			tags[#tags + 1] = string.format ("%.9g", value)
		end
		say (kind, {
			from = before, to = Session:transport_sample (),
			value = string.format ("%.9g", value), tags = "[" .. table.concat (tags, ",") .. "]",
		})
		heard[#heard + 1] = { before, value }
		if before >= seconds * 48000 then break end
	end
	Session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI)
	sleep (1)
	return heard
end

local function locate_start ()
	Session:request_locate (0, false, ARDOUR.LocateTransportDisposition.MustStop,
		ARDOUR.TransportRequestSource.TRS_UI)
	sleep (1)
end
