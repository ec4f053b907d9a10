"""Dates show the local time of TZ: the same as Intl says of the zone, which reads the same data in another way."""

import os
import subprocess

import pytest

GORU = os.environ.get("GORU", "goru")

PROGRAM = """
let state = 12345;
const random = (low, high) => {
  state = (state * 1103515245 + 12345) % 2147483648;
  return Math.floor(low + (state / 2147483648) * (high - low));
};
const zone = process.env.TZ;
const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
  hour: 'numeric', minute: 'numeric', second: 'numeric' });
const shown = (time) => {
  const parts = {};
  for (const { type, value } of format.formatToParts(time)) parts[type] = Number(value);
  return [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second].join();
};
const fields = (d) => [d.getFullYear(), d.getMonth() + 1, d.getDate(), d.getHours(), d.getMinutes(), d.getSeconds()].join();
const wrong = [];
for (let i = 0; i < 200; i++) {
  const time = i % 2 ? random(-5e9, 20e9) * 1000 : random(0, 2e9) * 1000;
  const date = new Date(time);
  if (fields(date) !== shown(time)) wrong.push(`${time}: ${fields(date)} is ${shown(time)}`);
  // What the clocks show comes back, at this time or an hour or two beside it, where they show it twice.
  const back = new Date(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds());
  if (fields(back) !== fields(date) || back > date) wrong.push(`${time}: ${fields(back)} comes back`);
}
// Through a year.
for (let hour = 0; hour < 366 * 24; hour += 11) {
  const time = Date.UTC(2024, 0, 1, hour);
  if (new Date(time).getHours() !== Number(shown(time).split(',')[3])) wrong.push(`${time}`);
}
console.log(wrong.length, wrong.slice(0, 5).join('; '));
"""


@pytest.mark.parametrize("zone", ["Europe/Dublin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk"])
def test_as_intl(zone, tmp_path):
    program = tmp_path / "main.js"
    program.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run([GORU, "--env", f"TZ={zone}", "--timeout", "600s", program], capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "0 \n"
