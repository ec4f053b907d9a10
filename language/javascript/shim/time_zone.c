#include "time_zone.h"

#include <stdlib.h>
#include <string.h>

enum { DAY = 86400, TYPES = 64 };

// A day of a year, of a POSIX rule: `month` 1 to 12 with its week and weekday, or else `day`, which counts from 0, and from 1
// without the leap day where `julian` is set. At `time` seconds of it, daylight time begins or ends.
typedef struct RuleDay {
    int month, week, weekday;
    int day;
    bool julian;
    int64_t time;
} RuleDay;

typedef struct Zone {
    char *name;
    int64_t *seconds; // when it changes
    uint8_t *numbers; // to which of the offsets
    size_t count;
    int64_t offsets[TYPES];
    bool has_rule;
    bool has_daylight;
    int64_t standard, daylight;
    RuleDay begin, end;
} Zone;

static Zone zone;

// ---- reading ----

static int64_t read_integer(const char **at)
{
    const bool negative = **at == '-';
    if (**at == '-' || **at == '+')
        (*at)++;
    int64_t number = 0;
    while (**at >= '0' && **at <= '9')
        number = number * 10 + (*(*at)++ - '0');
    return negative ? -number : number;
}

// [-+]h[h[:mm[:ss]]]
static int64_t read_time(const char **at)
{
    const bool negative = **at == '-';
    int64_t seconds = read_integer(at) * 3600;
    for (int unit = 60; unit > 0 && **at == ':'; unit /= 60) {
        (*at)++;
        const int64_t part = read_integer(at) * unit;
        seconds += negative ? -part : part;
    }
    return seconds;
}

static void skip_name(const char **at)
{
    if (**at == '<') {
        while (*(*at)++ != '>') {
        }
        return;
    }
    while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
        (*at)++;
}

static RuleDay read_day(const char **at)
{
    RuleDay day = {.time = 2 * 3600};
    (*at)++; // the comma
    if (**at == 'M') {
        (*at)++;
        day.month = (int)read_integer(at);
        (*at)++;
        day.week = (int)read_integer(at);
        (*at)++;
        day.weekday = (int)read_integer(at);
    } else {
        day.julian = **at == 'J';
        *at += day.julian;
        day.day = (int)read_integer(at);
    }
    if (**at == '/') {
        (*at)++;
        day.time = read_time(at);
    }
    return day;
}

static void read_rule(Zone *to, const char *at)
{
    if (*at == '"')
        return;
    to->has_rule = true;
    skip_name(&at);
    to->standard = -read_time(&at);
    if (*at == '"')
        return;
    to->has_daylight = true;
    skip_name(&at);
    to->daylight = *at == ',' ? to->standard + 3600 : -read_time(&at);
    to->begin = read_day(&at);
    to->end = read_day(&at);
}

// What follows a key of the text's object.
static const char *member(const char *text, const char *key)
{
    const char *found = strstr(text, key);
    return found ? found + strlen(key) : "";
}

bool time_zone_use(const char *name, const char *text)
{
    if (zone.name && strcmp(zone.name, name) == 0)
        return true;
    Zone fresh = {0};
    const char *at = member(text, "\"seconds\":[");
    size_t count = *at != ']' && *at != '\0';
    for (const char *p = at; *p != ']' && *p != '\0'; p++)
        count += *p == ',';
    fresh.name = strdup(name);
    fresh.seconds = malloc((count + 1) * sizeof(fresh.seconds[0]));
    fresh.numbers = malloc(count + 1);
    if (!fresh.name || !fresh.seconds || !fresh.numbers) {
        free(fresh.name);
        free(fresh.seconds);
        free(fresh.numbers);
        return false;
    }
    fresh.count = count;
    const char *number = member(text, "\"numbers\":[");
    for (size_t i = 0; i < count; i++, at++, number++) {
        fresh.seconds[i] = read_integer(&at);
        const int64_t index = read_integer(&number);
        fresh.numbers[i] = (uint8_t)(index < TYPES ? index : 0);
    }
    const char *type = member(text, "\"types\":[");
    for (int i = 0; i < TYPES && *type == '['; i++) {
        type++;
        fresh.offsets[i] = read_integer(&type);
        while (*type != ']' && *type != '\0')
            type++;
        if (*type != '\0' && *++type == ',')
            type++;
    }
    read_rule(&fresh, member(text, "\"rule\":\""));
    time_zone_clear();
    zone = fresh;
    return true;
}

void time_zone_clear(void)
{
    free(zone.name);
    free(zone.seconds);
    free(zone.numbers);
    zone = (Zone){0};
}

const char *time_zone_name(void)
{
    return zone.name;
}

// ---- asking ----

static int64_t floor_divide(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// The first day of a year, counted from 1970.
static int64_t year_begins(int64_t year)
{
    const int64_t before = year - 1;
    return 365 * (year - 1970) + floor_divide(before, 4) - floor_divide(before, 100) + floor_divide(before, 400) - 477;
}

static int64_t year_of(int64_t second)
{
    const int64_t day = floor_divide(second, DAY);
    int64_t year = 1970 + floor_divide(day * 400, 146097);
    while (year_begins(year) > day)
        year--;
    while (year_begins(year + 1) <= day)
        year++;
    return year;
}

// The second of local time at which a rule's day begins or ends daylight time.
static int64_t rule_moment(int64_t year, const RuleDay *rule)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t day = year_begins(year);
    if (rule->month > 0 && rule->month <= 12) {
        const int64_t first = day + before[rule->month - 1] + (rule->month > 2 && is_leap(year));
        const int64_t next = day + before[rule->month] + (rule->month > 1 && is_leap(year));
        // The first of 1970 was a Thursday.
        const int64_t weekday = ((first + 4) % 7 + 7) % 7;
        day = first + (rule->weekday - weekday + 7) % 7 + (rule->week - 1) * 7;
        if (day >= next)
            day -= 7;
    } else if (rule->julian) {
        day += rule->day - 1 + (rule->day > 59 && is_leap(year));
    } else {
        day += rule->day;
    }
    return day * DAY + rule->time;
}

static int64_t rule_offset(int64_t second)
{
    if (!zone.has_daylight)
        return zone.standard;
    const int64_t year = year_of(second + zone.standard);
    const int64_t begin = rule_moment(year, &zone.begin) - zone.standard;
    const int64_t end = rule_moment(year, &zone.end) - zone.daylight;
    const bool daylight = begin < end ? second >= begin && second < end : second >= begin || second < end;
    return daylight ? zone.daylight : zone.standard;
}

int64_t time_zone_offset(int64_t time)
{
    if (!zone.name)
        return 0;
    const int64_t second = floor_divide(time, 1000);
    if (zone.has_rule && (zone.count == 0 || second >= zone.seconds[zone.count - 1]))
        return rule_offset(second) * 1000;
    size_t low = 0, high = zone.count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (zone.seconds[middle] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return zone.offsets[low == 0 ? 0 : zone.numbers[low - 1]] * 1000;
}

int64_t time_zone_offset_of_local(int64_t local)
{
    enum { AROUND = DAY * 1000 };
    // Beyond what a Date can hold.
    if (!zone.name || local > INT64_C(1) << 53 || local < -(INT64_C(1) << 53))
        return 0;
    const int64_t before = time_zone_offset(local - AROUND);
    if (time_zone_offset(local - before) == before)
        return before;
    const int64_t after = time_zone_offset(local + AROUND);
    return time_zone_offset(local - after) == after ? after : before;
}
