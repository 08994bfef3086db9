# SPDX-License-Identifier: MIT
# Reads one line of JSON per run, and makes a table and its JSON form. Figures are medians, with the least in brackets.

# The number with this name in the line; empty if there is none.
function number(name) {
  return match($0, "\"" name "\":[-0-9.e+]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : ""
}
function word(name) { return match($0, "\"" name "\":\"[^\"]*") ? substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 4) : "" }

function add(key, value) {
  if (value != "") values[key, ++counts[key]] = value + 0
}
function sort_values(key,   i, j, moved) {
  for (i = 2; i <= counts[key]; ++i) {
    moved = values[key, i]
    for (j = i - 1; j >= 1 && values[key, j] > moved; --j) values[key, j + 1] = values[key, j]
    values[key, j + 1] = moved
  }
}
function median(key) { sort_values(key); return counts[key] ? values[key, int((counts[key] + 1) / 2)] : 0 }
function least(key) { sort_values(key); return values[key, 1] }
function ratio(of, to) { return counts[to] && median(to) > 0 ? sprintf("%.1f", median(of) / median(to)) : "" }

BEGIN {
  count = split("A A-alphabetical A-blanks A-escaped B C D D1 G G1 E F", order, " ")
  title["A"] = "1 relay, 100k unique events"
  title["A-alphabetical"] = "20k, members in alphabetical order"
  title["A-blanks"] = "the same, with white space and unknown members"
  title["A-escaped"] = "the same, a third of the text as \\uXXXX"
  expected["A-alphabetical"] = expected["A-blanks"] = expected["A-escaped"] = 20000
  title["B"] = "10 relays, the same 30k events, same order"
  title["C"] = "10 relays, the same 30k events, other orders"
  title["D"] = "10 relays, the same 5k events, verified"
  title["D1"] = "the same, verified on the loop"
  title["G"] = "1 relay, 20k unique events, verified"
  title["G1"] = "the same, verified on the loop"
  title["E"] = "10k events published to 3 relays"
  title["F"] = "5 relays, the same 2,000 events/s, live"
  expected["A"] = 100000; expected["B"] = expected["C"] = 30000; expected["D"] = expected["D1"] = 5000; expected["G"] = expected["G1"] = 20000; expected["F"] = 10000; expected["E"] = 30000
}

{
  name = word("scenario")
  peer = word("peer")
  if (peer == "dedup") {
    entries = number("entries")
    if (!(entries in known)) { known[entries] = 1; sizes[++size_count] = entries }
    for (i = split("bytes_per_entry hit_ns duplicate_ns miss_ns insert_evicting_ns", names, " "); i > 0; --i) add("dedup" entries names[i], number(names[i]))
  } else if (peer == "signatures") {
    together = number("together")
    if (!(together in batch_known)) { batch_known[together] = 1; batches[++batch_count] = together }
    add("together" together word("authors"), number("us"))
  } else if (peer == "fan_out") {
    of = word("of") "-" number("count")
    if (!(of in fan_known)) { fan_known[of] = 1; fans[++fan_count] = of }
    add("fan" of "us", number("us")); add("fan" of "bytes", number("bytes"))
  } else if (peer == "idle") {
    idle[++idle_count] = name
    add(name "bytes", number("bytes_per_relay")); add(name "wakeups", number("wakeups_per_s")); add(name "relays", number("relays"))
  } else {
    add(name peer, (number("user_s") + number("sys_s")) * 1e6 / number("frames"))
    if (peer == "uvnostr") {
      seen[name] = 1
      add(name "allocations", number("allocations") / number("frames"))
      add(name "rss", number("peak_rss_kb") / 1024)
      add(name "rate", number("frames") / number("wall_s"))
      add(name "p50", number("p50_us")); add(name "p99", number("p99_us")); add(name "max", number("max_us"))
      got = name == "E" ? number("oks") : number("delivered_unique")
      if (got != expected[name] / share) { wrong = 1; print "WRONG: " name " delivered " got }
    }
  }
}

END {
  printf "%s\n", machine
  printf "{\"machine\":\"%s\"", machine >json
  header = 0
  for (i = 1; i <= count; ++i) {
    name = order[i]
    if (!(name in seen)) continue
    if (!header++) {
      print "\nCPU us a frame (E: an event and relay): median (least)\n"
      print "| | what | uvnostr | floor | x | libwebsockets | x | allocations a frame | peak RSS MB | frames/s |\n|---|---|---|---|---|---|---|---|---|---|"
    }
    floor = name "recv"
    if (name ~ /^[DG]/) floor = name "verify"
    if (name == "E") floor = name "send"
    printf "| %s | %s | %.2f (%.2f) | %s | %s | %s | %s | %.4f | %.1f | %d |\n", name, title[name], median(name "uvnostr"), least(name "uvnostr"),
      counts[floor] ? sprintf("%.2f", median(floor)) : "", ratio(name "uvnostr", floor), counts[name "lws"] ? sprintf("%.2f", median(name "lws")) : "",
      ratio(name "uvnostr", name "lws"), median(name "allocations"), median(name "rss"), median(name "rate")
    printf ",\"%s\":{\"cpu_us_per_frame\":%.4f,\"least\":%.4f,\"floor_us\":%.4f,\"lws_us\":%.4f,\"allocations_per_frame\":%.5f,\"peak_rss_mb\":%.2f,\"frames_per_s\":%d",
      name, median(name "uvnostr"), least(name "uvnostr"), median(floor), median(name "lws"), median(name "allocations"), median(name "rss"), median(name "rate") >json
    if (name == "F") printf ",\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f", median("Fp50"), median("Fp99"), median("Fmax") >json
    printf "}" >json
  }
  if ("D" in seen) printf "\nD is over %.1f times sooner than D1\n", median("Drate") / median("D1rate")
  if ("F" in seen) printf "\nF, from the relay's write to the callback: p50 %.0f us, p99 %.0f us, max %.0f us\n", median("Fp50"), median("Fp99"), median("Fmax")

  if (idle_count) print "\n| idle relays | bytes each | wake-ups a second |\n|---|---|---|"
  for (i = 1; i <= idle_count; ++i) {
    name = idle[i]
    printf "| %d, %s | %d | %.3f |\n", median(name "relays"), substr(name, 6), median(name "bytes"), median(name "wakeups")
    printf ",\"%s\":{\"relays\":%d,\"bytes_per_relay\":%d,\"wakeups_per_s\":%.4f}", name, median(name "relays"), median(name "bytes"), median(name "wakeups") >json
  }

  if (size_count) print "\n| seen_lru, entries | bytes an entry | hit ns | duplicate ns | miss ns | insert with eviction ns |\n|---|---|---|---|---|---|"
  for (i = 1; i <= size_count; ++i) {
    key = "dedup" sizes[i]
    printf "| %d | %.2f | %.1f | %.1f | %.1f | %.1f |\n", sizes[i], median(key "bytes_per_entry"), median(key "hit_ns"), median(key "duplicate_ns"),
      median(key "miss_ns"), median(key "insert_evicting_ns")
    printf ",\"dedup-%d\":{\"bytes_per_entry\":%.2f,\"hit_ns\":%.1f,\"duplicate_ns\":%.1f,\"miss_ns\":%.1f,\"insert_evicting_ns\":%.1f}", sizes[i],
      median(key "bytes_per_entry"), median(key "hit_ns"), median(key "duplicate_ns"), median(key "miss_ns"), median(key "insert_evicting_ns") >json
  }
  if (batch_count) print "\n| signatures checked together | us each, authors all different | us each, authors uneven |\n|---|---|---|"
  for (i = 1; i <= batch_count; ++i) {
    key = "together" batches[i]
    printf "| %d | %.1f | %.1f |\n", batches[i], median(key "all different"), median(key "uneven")
    printf ",\"together-%d\":{\"different_us\":%.2f,\"uneven_us\":%.2f}", batches[i], median(key "all different"), median(key "uneven") >json
  }
  if (fan_count) print "\n| one live event | us | bytes of an idle subscription |\n|---|---|---|"
  for (i = 1; i <= fan_count; ++i) {
    split(fans[i], part, "-")
    key = "fan" fans[i]
    printf "| %s | %.2f | %s |\n", part[1] == "authors" ? "to a filter of " part[2] " authors" : "to " part[2] " subscriptions", median(key "us"),
      part[1] == "authors" ? "" : median(key "bytes")
    printf ",\"%s\":{\"us\":%.2f,\"bytes\":%d}", fans[i], median(key "us"), median(key "bytes") >json
  }
  print "}" >json
  exit wrong
}
