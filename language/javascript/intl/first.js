import { PluralRules } from '@formatjs/intl-pluralrules';

Intl.PluralRules = PluralRules;
