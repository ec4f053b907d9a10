// Temporal; joined by bundle.py, loaded when a program first uses it.
import { Temporal, toTemporalInstant } from 'temporal-polyfill/full/implementation';

shared.temporal = { __proto__: null, Temporal, toTemporalInstant };
