-- SPDX-License-Identifier: Apache-2.0
--
-- A Wireshark plug-in for captures made by 'flowtell classify --annotate': it reads the packet comments and adds the
-- fields flowtell.app, .confidence, .flow_id, .reason and .colour, for filters, columns and colour rules.
-- docs/formats.md describes the comments. Runs with Lua 5.2 to 5.4 (Wireshark 4.0 and later).

local PREFIX = "flowtell: "
local COLOURS = 8 -- rules for apps in the file colorfilters

local flowtell = Proto("flowtell", "flowtell verdict")
local fields = {
  app = ProtoField.string("flowtell.app", "App", "The app of the packet's flow, or unknown"),
  confidence = ProtoField.double("flowtell.confidence", "Confidence", "The probability of the likeliest app"),
  flow_id = ProtoField.string("flowtell.flow_id", "Flow ID", "As in the output of flowtell classify"),
  reason = ProtoField.string("flowtell.reason", "Reason", "The strongest evidence"),
  colour = ProtoField.uint8("flowtell.colour", "Colour", base.DEC, nil, nil, "From 1 to 8 by the app's name; 0: unknown"),
}
flowtell.fields = { fields.app, fields.confidence, fields.flow_id, fields.reason, fields.colour }

local comment_of = Field.new("frame.comment")

-- The value at `at` and the position behind it: a word, or text in quotes, where a backslash precedes quotes and
-- backslashes.
local function value_at(text, at)
  if text:sub(at, at) ~= '"' then
    return text:match("^(%S*)()", at)
  end
  local parts = {}
  at = at + 1
  while at <= #text do
    local char = text:sub(at, at)
    if char == '"' then
      return table.concat(parts), at + 1
    end
    if char == "\\" then
      at = at + 1
      char = text:sub(at, at)
    end
    parts[#parts + 1] = char
    at = at + 1
  end
  return nil, at -- cut off
end

-- The values of a comment by their keys; nil for a comment of another origin.
local function verdict_in(comment)
  if comment:sub(1, #PREFIX) ~= PREFIX then
    return nil
  end
  local verdict = {}
  local at = #PREFIX + 1
  while true do
    local key, from = comment:match("^%s*([%w_]+)=()", at)
    if not key then
      break
    end
    verdict[key], at = value_at(comment, from)
  end
  return verdict.app and verdict
end

-- A number as "0.931204". Lua 5.2's tonumber expects the decimal sign of the user's language.
local function number_in(text)
  local whole, fraction = (text or ""):match("^(%d+)%.?(%d*)$")
  return whole and tonumber(whole .. fraction) / 10 ^ #fraction
end

-- The same for every capture. Products stay exact in numbers of either kind.
local function colour_of(app)
  if app == "unknown" then
    return 0
  end
  local hash = 0
  for i = 1, #app do
    hash = (hash * 31 + app:byte(i)) % 65521
  end
  return hash % COLOURS + 1
end

function flowtell.dissector(_, _, tree)
  for _, comment in ipairs({ comment_of() }) do
    local verdict = verdict_in(comment.value)
    if verdict then
      local item = tree:add(flowtell)
      item:set_text("flowtell: " .. verdict.app)
      item:add(fields.app, verdict.app):set_generated()
      local confidence = number_in(verdict.confidence)
      if confidence then
        item:append_text(", confidence " .. verdict.confidence)
        item:add(fields.confidence, confidence):set_generated()
      end
      if verdict.flow_id then
        item:add(fields.flow_id, verdict.flow_id):set_generated()
      end
      if verdict.reason then
        item:add(fields.reason, verdict.reason):set_generated()
      end
      item:add(fields.colour, colour_of(verdict.app)):set_generated()
      item:set_generated()
    end
  end
end

register_postdissector(flowtell)
