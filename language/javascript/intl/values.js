// Intl.supportedValuesOf: what there is here, not what CLDR knows.
import { supportedValuesOf as known } from '@formatjs/intl-supportedvaluesof';
import { NumberFormat } from './classes.js';
import { zoneNames } from './zones.js';

const LISTS = {
  calendar: () => ['gregory', 'iso8601'],
  collation: () => [],
  currency: () => known('currency'),
  numberingSystem: () => [...NumberFormat.localeData.en.nu || NumberFormat.localeData.en.numbers.nu],
  timeZone: () => zoneNames().filter((name) => /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/|^Etc\/GMT[-+][1-9]|^UTC$/.test(name)),
  unit: () => known('unit'),
};

const { supportedValuesOf } = {
  supportedValuesOf(key) {
    const name = String(key);
    if (!Object.hasOwn(LISTS, name)) throw new RangeError(`${name} is not a key of Intl.supportedValuesOf`);
    return [...LISTS[name]()].sort();
  },
};
export { supportedValuesOf };
