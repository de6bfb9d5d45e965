-- What wrk sends: GET with a browser's head. And what it prints at the end, for measure.ParseWRK.
--
-- Arguments: the file of the head (lines "Name: value"), the path, and for LOAD=many how many objects there are, from PATH0 on. LOAD tells
-- which are asked for: "one" is PATH itself, "many" a random one each time, always in the same order, "unique" another one each time.

local kind = os.getenv("LOAD")
local before, after, count
local number = 1

function init(args)
   for line in io.lines(args[1]) do
      local name, value = line:match("^([^:]+): (.*)$")
      wrk.headers[name] = value
   end
   wrk.path = args[2]
   count = tonumber(args[3])
   -- The number stands where the path ends; so a request is three strings put together, and the head is formatted once.
   local text = wrk.format()
   local ends = text:find(" HTTP/1.1", 1, true)
   before, after = text:sub(1, ends - 1), text:sub(ends)
end

-- Where there is no function of this name wrk formats one request for all, which costs it least.
if kind == "many" then
   function request()
      -- A linear congruence of Lehmer's with Park and Miller's factor: exact in the 53 bits of a number.
      number = number * 48271 % 2147483647
      return before .. number % count .. after
   end
elseif kind == "unique" then
   function request()
      number = number + 1
      return before .. number .. after
   end
end

function done(summary, latency)
   local e = summary.errors
   io.write(string.format("measured requests=%d failed=%d duration_us=%d p50_us=%d p99_us=%d\n",
      summary.requests, e.connect + e.read + e.write + e.status + e.timeout, summary.duration,
      latency:percentile(50), latency:percentile(99)))
end
