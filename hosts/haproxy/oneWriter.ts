/**
 * Keeps the sessions of a web host's database proxy on the one writer. The table says where new sessions go; those
 * that exist stay where they are. After an outage of every node at once, web hosts that saw another node come back
 * first have each made sessions before they agreed, and would write to two nodes for as long as those live.
 */
import type { Layout } from "../layout.ts";

/** Milliseconds between two looks; also the least for which a new writer is known before sessions elsewhere end. */
const lookEvery = 500;

const path = (layout: Layout) => `${layout.etc}/database-proxy/one-writer.lua`;

/** The program, for HAProxy's Lua, and its path. `backend writer` must have the stick table, with its one key 1. */
export function renderOneWriter(layout: Layout): readonly [path: string, text: string] {
  const text = `-- Ends sessions with a node that is not the writer, once the writer is known and usable.
local former = nil

local function look()
  local writer = core.backends["writer"]
  local entry = writer.stktable:lookup("1")
  local chosen = entry and entry.server_key
  local settled = chosen ~= nil and chosen == former
  former = chosen
  if not settled then return end
  local target = writer.servers[chosen]
  if target == nil or not string.find(target:get_stats().status, "^UP") then return end
  for name, server in pairs(writer.servers) do
    local sessions = server:get_stats().scur
    if name ~= chosen and sessions > 0 then
      core.log(core.notice, "the writer is " .. chosen .. ": " .. sessions .. " sessions with " .. name .. " end")
      server:shut_sess()
    end
  end
end

core.register_task(function()
  while true do
    core.msleep(${lookEvery})
    look()
  end
end)
`;
  return [path(layout), text];
}

/** What the proxy's section `global` must hold. */
export function loadOneWriter(layout: Layout): string {
  return `lua-load ${path(layout)}`;
}
