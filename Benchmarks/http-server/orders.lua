-- Sends the orders of a file one after another, each thread from a place of its own.
local bodies = {}
local next_thread = 0

function setup(thread)
    thread:set("offset", next_thread * 7919)
    next_thread = next_thread + 1
end

function init(args)
    for line in io.lines(args[1]) do
        bodies[#bodies + 1] = wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, line)
    end
    at = offset % #bodies
end

function request()
    at = at % #bodies + 1
    return bodies[at]
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "us": %d, "p50": %d, "p99": %d, "status": %d, "socket": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
