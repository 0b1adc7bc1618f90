-- Every request is another member's press on the same course; the file of tokens comes after "--".
local tokens, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
end

function request()
  at = at % #tokens + 1
  return wrk.format("POST", nil, {["Authorization"] = "Bearer " .. tokens[at], ["Content-Type"] = "application/json"}, "{}")
end
