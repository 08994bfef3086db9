# SPDX-License-Identifier: MIT
# Draws what report.awk has written as JSON: bars, one file each, in `folder`. The files have no size of their own and
# follow the text's colour, so that they fit a page in light and in dark.

function number(of, name,   text) {
  if (!match($0, "\"" of "\":\\{[^}]*")) return ""
  text = substr($0, RSTART, RLENGTH)
  return match(text, "\"" name "\":[-0-9.e+]+") ? substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0 : ""
}

function begin(file_name, what) {
  bars = 0
  most = 0
  file = folder "/" file_name ".svg"
  title = what
}
function bar(label, value, weak) {
  if (value == "" || value <= 0) return
  labels[++bars] = label
  sizes[bars] = value
  is_weak[bars] = weak
  if (value > most) most = value
}
function end(   i, y) {
  if (!bars) return
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 %d\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#808080\">\n", 34 + 22 * bars >file
  printf "<title>%s</title>\n<text x=\"0\" y=\"16\" font-weight=\"bold\">%s</text>\n", title, title >file
  for (i = 1; i <= bars; ++i) {
    y = 8 + 22 * i
    printf "<text x=\"230\" y=\"%d\" text-anchor=\"end\">%s</text>", y + 13, labels[i] >file
    printf "<rect x=\"240\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>", y, 320 * sizes[i] / most, is_weak[i] ? "#b0b8c4" : "#3b7dd8" >file
    printf "<text x=\"%.1f\" y=\"%d\">%s</text>\n", 246 + 320 * sizes[i] / most, y + 13, sizes[i] < 100 ? sprintf("%.2f", sizes[i]) : sprintf("%d", sizes[i]) >file
  }
  print "</svg>" >file
  close(file)
}

{
  begin("messages", "CPU microseconds for a message, and for receiving its bytes alone")
  count = split("A B C E F", letters, " ")
  split("new events|copies in the same order|copies in another order|publishing|live", words, "|")
  for (i = 1; i <= count; ++i) {
    bar(letters[i] ": " words[i], number(letters[i], "cpu_us_per_frame"), 0)
    bar("the bytes alone", number(letters[i], "floor_us"), 1)
  }
  end()

  begin("signatures", "CPU microseconds for a signature")
  count = split("1 8 16 32 64 128 256 512", together, " ")
  for (i = 1; i <= count; ++i) bar(together[i] (together[i] == 1 ? " alone" : " together"), number("together-" together[i], "different_us"), 0)
  end()

  begin("subscriptions", "Microseconds for one event to many subscriptions")
  count = split("250 1000 4000", counts, " ")
  for (i = 1; i <= count; ++i) bar(counts[i] " subscriptions", number("subscriptions-" counts[i], "us"), 0)
  end()

  begin("authors", "Microseconds for one event to a filter of many authors")
  count = split("10 1000 50000", counts, " ")
  for (i = 1; i <= count; ++i) bar(counts[i] " authors", number("authors-" counts[i], "us"), 0)
  end()
}
