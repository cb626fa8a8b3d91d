"""What the Redis server does in one step each. Times are the server's own, so that clients' clocks do not matter.

Every script names all its keys, and they share a hash slot: the ledger works on a cluster too.
"""

_NOW = "local t = redis.call('TIME'); local now = tonumber(t[1]) + tonumber(t[2]) / 1e6\n"

# An account whose window is over begins anew: `at` says which window its counts are of.
_ACCOUNT = (
    _NOW
    + """
local function found(key, window)
  local at = window > 0 and math.floor(now / window) or 0
  local row = redis.call('HMGET', key, 'at', 'calls', 'bytes', 'tokens', 'call_ms')
  local is_old = window > 0 and tonumber(row[1] or '-1') ~= at
  local counts = {}
  for i = 2, 5 do counts[i - 1] = is_old and 0 or tonumber(row[i] or '0') end
  return counts, is_old, at
end
local function add(key, window, amounts, ttl)
  local _, is_old, at = found(key, window)
  if is_old then redis.call('DEL', key); redis.call('HSET', key, 'at', at) end
  for i, unit in ipairs({'calls', 'bytes', 'tokens', 'call_ms'}) do
    if amounts[i] ~= 0 then redis.call('HINCRBY', key, unit, string.format('%d', amounts[i])) end
  end
  redis.call('EXPIRE', key, ttl)
end
"""
)

# KEYS: accounts. ARGV: tokens, ttl_s, then for each key window_s and its four limits (-1: none).
# → 0, or which key refuses, what it has spent, and in how many seconds it begins anew
RESERVE = (
    _ACCOUNT
    + """
local tokens, ttl = tonumber(ARGV[1]), ARGV[2]
local asked = {1, 0, tokens, 0}
for i, key in ipairs(KEYS) do
  local o = 2 + (i - 1) * 5
  local window = tonumber(ARGV[o + 1])
  local counts = found(key, window)
  for u = 1, 4 do
    local limit = tonumber(ARGV[o + 1 + u])
    if limit >= 0 and (counts[u] >= limit or counts[u] + asked[u] > limit) then
      local left = window > 0 and window - now % window or 0
      return {i, counts[1], counts[2], counts[3], counts[4], tostring(left)}
    end
  end
end
for i, key in ipairs(KEYS) do add(key, tonumber(ARGV[2 + (i - 1) * 5 + 1]), asked, ttl) end
return {0, 0, 0, 0, 0, '0'}
"""
)

# KEYS: account. ARGV: ttl_s, window_s, calls, bytes, tokens, call_ms.
SETTLE = (
    _ACCOUNT
    + """
local amounts = {}
for i = 1, 4 do amounts[i] = tonumber(ARGV[2 + i]) end
add(KEYS[1], tonumber(ARGV[2]), amounts, ARGV[1])
"""
)

# KEYS: account. ARGV: window_s. → calls, bytes, tokens, call_ms
SPENT = _ACCOUNT + "local counts = found(KEYS[1], tonumber(ARGV[1])); return counts\n"

# KEYS: places (holder → end of lease), rate. ARGV: holder, places_max, per_s, burst, lease_s, wait_s_max. → seconds
TAKE = (
    _NOW
    + """
local per_s, burst, lease = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local tokens = tonumber(redis.call('HGET', KEYS[2], 'tokens') or ARGV[4])
local at = tonumber(redis.call('HGET', KEYS[2], 'at') or now)
tokens = math.min(burst, tokens + math.max(0, now - at) * per_s)
local wait = 0
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
    local soonest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
    wait = math.min((soonest and tonumber(soonest) - now) or math.huge, tonumber(ARGV[6]))
  elseif tokens < 1 then
    wait = per_s > 0 and (1 - tokens) / per_s or tonumber(ARGV[6])
  else
    tokens = tokens - 1
  end
end
if wait == 0 then redis.call('ZADD', KEYS[1], string.format('%.6f', now + lease), ARGV[1]) end
redis.call('HSET', KEYS[2], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[2], 86400)
redis.call('EXPIRE', KEYS[1], math.max(86400, math.ceil(lease)))
return tostring(wait)
"""
)

# KEYS: places. ARGV: holder, lease_s. → 1 or 0
RENEW = (
    _NOW
    + """
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not ends or tonumber(ends) <= now then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.6f', now + tonumber(ARGV[2])), ARGV[1])
return 1
"""
)

# KEYS: health. → failures, seconds to rest, reason
HEALTH = (
    _NOW
    + """
local found = redis.call('HMGET', KEYS[1], 'failures', 'until', 'reason')
return {found[1] or '0', tostring(math.max(0, tonumber(found[2] or '0') - now)), found[3] or ''}
"""
)

# KEYS: health. ARGV: reason, failures_max, reset_s, doublings_max. → failures, seconds to rest
FAILED = (
    _NOW
    + """
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('HSET', KEYS[1], 'reason', ARGV[1])
local over = failures - tonumber(ARGV[2])
local ends = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if over >= 0 then
  ends = now + tonumber(ARGV[3]) * 2 ^ math.min(over, tonumber(ARGV[4]))
  redis.call('HSET', KEYS[1], 'until', string.format('%.6f', ends))
end
redis.call('EXPIRE', KEYS[1], math.max(86400, math.ceil(ends - now)))
return {failures, tostring(math.max(0, ends - now))}
"""
)

# KEYS: health. ARGV: reason, rest_s.
REST = (
    _NOW
    + """
local ends = now + tonumber(ARGV[2])
if ends > tonumber(redis.call('HGET', KEYS[1], 'until') or '0') then
  redis.call('HSET', KEYS[1], 'failures', 1, 'reason', ARGV[1], 'until', string.format('%.6f', ends))
  redis.call('EXPIRE', KEYS[1], math.max(86400, math.ceil(ends - now)))
end
"""
)
