"""What is changed in FormatJS, in a copy: (package, text, its replacement). Each text stands there exactly once."""

REGISTER = (
    "function registerLocaleData(locale, data, localeData, availableLocales) {",
    "function registerLocaleData(locale, data, localeData, availableLocales) {\n\tlocaleData[locale] = data;\n\treturn;",
)

# Nothing is matched by distance: a locale has data or its parents have, else the default is taken.
MATCHER = [
    (
        "localematcher",
        'if (matcher === "lookup") r = LookupMatcher(Array.from(availableLocales), requestedLocales, getDefaultLocale);\n'
        "\telse r = BestFitMatcher(Array.from(availableLocales), requestedLocales, getDefaultLocale);",
        "r = LookupMatcher(availableLocales, requestedLocales, getDefaultLocale);",
    ),
    (
        "localematcher",
        "let availableSet = availableLocalesSetCache.get(availableLocales);",
        "let availableSet = available;",
    ),
]

LISTS = [
    (
        'if (size === 2) return deconstructPattern(getInternalSlot(internalSlotMap, lf, "templatePair"), {',
        'if (size === 2) return deconstructPattern(joining(getInternalSlot(internalSlotMap, lf, "templatePair"), list[1], getInternalSlot(internalSlotMap, lf, "locale")), {',
    ),
    (
        'else pattern = getInternalSlot(internalSlotMap, lf, "templateEnd");',
        'else pattern = joining(getInternalSlot(internalSlotMap, lf, "templateEnd"), list[size - 1], getInternalSlot(internalSlotMap, lf, "locale"));',
    ),
]

NUMBERS = [
    # Large compact numbers have groups, too.
    ("!compactNumberPattern && (options.useGrouping ?? true)", "options.useGrouping ?? true"),
    (
        "const decimalNumberPattern = CLDR_NUMBER_PATTERN.exec(numberPattern)[0];",
        "const decimalNumberPattern = compactNumberPattern ? (data.numbers.decimal[numberingSystem] || "
        "data.numbers.decimal[defaultNumberingSystem]).standard : numberPattern.match(CLDR_NUMBER_PATTERN)[0];",
    ),
    # What stands between a currency and a number stands only before digits.
    (
        "if (afterCurrency && !S_DOLLAR",
        "if (afterCurrency && numberResult.roundedNumber.isFinite() && !S_DOLLAR",
    ),
    (
        "if (beforeCurrency && !CARET_S",
        "if (beforeCurrency && numberResult.roundedNumber.isFinite() && !CARET_S",
    ),
]

DATES = [
    # Time zones are ours (zones.js).
    (
        "function getApplicableZoneData(t, timeZone, tzData) {",
        "function getApplicableZoneData(t, timeZone, tzData) {\n\treturn zoneOffset(t, timeZone);",
    ),
    (
        "function CanonicalizeTimeZoneName(tz, { zoneNames, uppercaseLinks }) {",
        "function CanonicalizeTimeZoneName(tz, { zoneNames, uppercaseLinks }) {\n\treturn canonicalZone(tz);",
    ),
    (
        "function IsValidTimeZoneName(tz, { zoneNamesFromData, uppercaseLinks }) {",
        "function IsValidTimeZoneName(tz, { zoneNamesFromData, uppercaseLinks }) {\n\treturn canonicalZone(tz) !== undefined;",
    ),
    (
        "const timeZoneData = timeZoneName[internalSlots.timeZone || getDefaultTimeZone()];",
        "const timeZoneData = epochNanoseconds < 0 && internalSlots.timeZone !== 'UTC' ? void 0 : "
        "zoneTexts(timeZoneName, internalSlots.timeZone || getDefaultTimeZone());",
    ),
    (
        "fv = offsetToGmtString(gmtFormat, hourFormat, tm.timeZoneOffset, f);\n\t\t\t\telse fv = names",
        "fv = offsetText(gmtFormat, hourFormat, tm.timeZoneOffset, f, nf);\n\t\t\t\telse fv = names",
    ),
    (
        "} else fv = offsetToGmtString(gmtFormat, hourFormat, tm.timeZoneOffset, f);",
        "} else fv = offsetText(gmtFormat, hourFormat, tm.timeZoneOffset, f, nf);",
    ),
    ("DateTimeFormat.getDefaultTimeZone = () => DateTimeFormat.__defaultTimeZone;", "DateTimeFormat.getDefaultTimeZone = defaultZone;"),
    # So is the choice of patterns (formats.js).
    (
        "return parsed ??= Object.keys(formats[calendar]).map((skeleton) => parseDateTimeSkeleton(skeleton, "
        "formats[calendar][skeleton], calendarIntervals[skeleton] || findIntervalFormat(skeleton, calendarIntervals), "
        "calendarIntervals.intervalFormatFallback));",
        "return parsed ??= new Formats(formats[calendar], calendarIntervals, dateTimeFormat, d.hourCycle12, "
        "['full', 'long', 'medium', 'short'].flatMap((style) => [dateFormat[style], timeFormat[style]]));",
    ),
    (
        "function BestFitFormatMatcher(options, formats) {",
        "function BestFitFormatMatcher(options, formats) {\n\treturn chooseFormat(options, formats, parseDateTimeSkeleton);",
    ),
    (
        'if (formatMatcher === "basic") bestFormat = BasicFormatMatcher(opt, formats);\n\t\telse {',
        "{",
    ),
    (
        "function BasicFormatMatcher(options, formats) {",
        "function BasicFormatMatcher(options, formats) {\n\treturn chooseFormat(options, formats, parseDateTimeSkeleton);",
    ),
    (
        "function DateTimeStyleFormat(dateStyle, timeStyle, dataLocaleData, formats, hour12) {",
        "function DateTimeStyleFormat(dateStyle, timeStyle, dataLocaleData, formats, hour12) {\n"
        "\treturn styleFormat(dateStyle, timeStyle, dataLocaleData, formats, hour12, parseDateTimeSkeleton);",
    ),
    (
        "function findIntervalFormat(skeleton, intervalFormats) {",
        "function findIntervalFormat(skeleton, intervalFormats) {\n\treturn undefined;",
    ),
    ('"yYur".includes(c) ? Infinity : 0', '"yYurS".includes(c) ? Infinity : 0'),
    (
        'case "S":\n\t\tcase "A":\n\t\t\tresult.second = "numeric";',
        'case "S": return "{fractionalSecondDigits}";\n\t\tcase "A":\n\t\t\tresult.second = "numeric";',
    ),
    (
        "const isMonthStandalone = hasMonth && !hasOtherDateFields;",
        "const isMonthStandalone = internalSlots.format ? internalSlots.format.standaloneMonth : hasMonth && !hasOtherDateFields;",
    ),
    (
        "if (opt.dayPeriod !== void 0) internalSlots.dayPeriod = opt.dayPeriod;",
        "if (opt.dayPeriod !== void 0 && bestFormat.dayPeriod !== void 0) internalSlots.dayPeriod = opt.dayPeriod;",
    ),
    # Calendars without data are refused.
    ("\topt.ca = calendar;\n", "\topt.ca = calendar;\n\tcheckCalendar(calendar, requestedLocales);\n"),
]

NAMES = [
    (
        'name = getNameForTypeLanguage(getSlot(this, "languageDisplay"), localeData, style, canonicalCode, fallback);',
        'name = languageName(getSlot(this, "languageDisplay"), localeData, style, canonicalCode, fallback, getSlot(this, "locale"));',
    ),
    ("name = typesData[style][canonicalCode] || typesData.long[canonicalCode];\n\t\t}", "name = nameIn(typesData, style, canonicalCode === 'dayPeriod' ? 'dayperiod' : canonicalCode);\n\t\t}"),
]

IMPORTS = {
    "displaynames": 'import { languageName, nameIn } from "goru-intl/names.js";\n',
    "listformat": 'import { joining } from "goru-intl/lists.js";\n',
    "localematcher": 'import { available } from "goru-intl/data.js";\n',
    "datetimeformat": 'import { canonicalZone, defaultZone, zoneOffset, zoneTexts } from "goru-intl/zones.js";\n'
    'import { Formats, checkCalendar, chooseFormat, offsetText, styleFormat } from "goru-intl/formats.js";\n',
}

REGISTERS = ["numberformat", "datetimeformat", "pluralrules", "listformat", "relativetimeformat", "displaynames"]


def change(package, text):
    """The source of a package's index.js as it is bundled."""
    changes = []
    if package in REGISTERS:
        changes.append(REGISTER)
    changes += [(old, new) for name, old, new in MATCHER if name == package]
    if package == "datetimeformat":
        changes += DATES
    changes += {"listformat": LISTS, "numberformat": NUMBERS, "displaynames": NAMES}.get(package, [])
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"@formatjs/intl-{package} does not hold once: {old}")
        text = text.replace(old, new)
    return IMPORTS.get(package, "") + text
