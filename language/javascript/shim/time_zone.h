// The time zone of local times, as the data of Intl has it. Knows nothing of the engine.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Takes a zone by its name and its text in the data (intl/zones.py). False: there is no memory, and nothing has changed.
bool time_zone_use(const char *name, const char *text);
// UTC again, which is what there is at first.
void time_zone_clear(void);
// The name; NULL: UTC.
const char *time_zone_name(void);

// How far local time is ahead of UTC at a time, in milliseconds as all times here.
int64_t time_zone_offset(int64_t time);
// The same at a time that clocks show. Where they show it twice, the first counts; where they skip it, what held before.
int64_t time_zone_offset_of_local(int64_t local);
