/// The autopilot: which index serves a catalogue best, found by measuring;
/// [dev.hstu.index.tune.Autopilot] is the entry. How indexes are built and searched stays in
/// `search`; how a tuning is shown, with its caller.
@NullMarked
package dev.hstu.index.tune;

import org.jspecify.annotations.NullMarked;
