-- A track records a sine sweep from the dummy backend while the plugin on it listens, then the recording is
-- bounced through the plugin and compared.
-- Arguments: the folder for the session, the seconds of audio to roll.

local seconds = tonumber (arg[2])

local track, processor = new_session ()
local insert = processor:to_insert ()
local plugin = insert:plugin (0)
local count = plugin:parameter_count ()

-- All parameters, or those that are not 0.
local function parameters (kind, all)
	local list = {}
	for index = 0, count - 1 do
		if plugin:parameter_is_control (index) then
			local value = ARDOUR.LuaAPI.get_plugin_insert_param (insert, index, true)
			if all or value ~= 0 then
				list[#list + 1] = string.format ('{"name":%s,"value":%.9g}',
					text (plugin:parameter_label (index)), value)
			end
		end
	end
	say (kind, {
		position = Session:transport_sample (),
		parameters = "[" .. table.concat (list, ",") .. "]",
	})
end

parameters ("before", true)

track:rec_enable_control ():set_value (1, PBD.GroupControlDisposition.NoGroup)
Session:maybe_enable_record (true)
sleep (0.2)
Session:request_roll (ARDOUR.TransportRequestSource.TRS_UI)
-- By the song's clock, which a busy machine may slow down, and by the wall's if it stops.
for _ = 1, 400 do
	sleep (0.25)
	parameters ("rolling")
	if Session:transport_sample () >= seconds * 48000 then break end
end
Session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI)
sleep (1)
parameters ("stopped")

-- The same samples before and after the plugin. Ardour fades a region's ends, so they stay out.
local function compare (recorded, from, frames)
	local bounced = track:bounce_range (from, from + frames, ARDOUR.InterThreadInfo (),
		processor, true, "through")
	if bounced:isnil () then
		fail ("Ardour did not bounce")
	end
	local chunk = 4096
	local one, two = ARDOUR.DSP.DspShm (chunk), ARDOUR.DSP.DspShm (chunk)
	local before = recorded:to_audioregion ():to_readable ()
	local after = bounced:to_audioregion ():to_readable ()
	local compared, different, loudest = 0, 0, 0
	for channel = 0, 1 do
		for position = chunk, frames - 2 * chunk, chunk do
			before:read (one:to_float (0), from + position, chunk, channel)
			after:read (two:to_float (0), position, chunk, channel)
			local a = one:to_float (0):get_table (chunk)
			local b = two:to_float (0):get_table (chunk)
			for n = 1, chunk do
				compared = compared + 1
				if a[n] ~= b[n] then different = different + 1 end
				loudest = math.max (loudest, math.abs (a[n]))
			end
		end
	end
	say ("bounce", {
		compared = compared, different = different,
		loudest = string.format ("%.9g", loudest),
	})
end

for region in track:playlist ():region_list ():iter () do
	compare (region, region:position ():samples (), 48000)
	break
end

close_session ()
say ("done", {})
