-- Every request comes from another address; "{n}" in a path, of which several may stand after "--", is a new number each time.
local paths, at = {}, 0

function init(args)
  for number, path in ipairs(args) do paths[number] = path end
end

function request()
  at = at + 1
  local path = (paths[at % #paths + 1]):gsub("{n}", at)
  local from = string.format("10.%d.%d.%d", math.floor(at / 65536) % 256, math.floor(at / 256) % 256, at % 256)
  return wrk.format("GET", path, {["X-Forwarded-For"] = from})
end
