/// What an operator may set: one record per concern, each key with its default, range and reason
/// ([Setting]). [ServiceConfiguration] reads them all at start, from command line, environment and
/// file, and refuses what is unknown or out of range. `CONFIGURATION.md` is written from here.
///
/// A leaf: no HTTP, no engines; Micronaut's own keys stay in `application.yml`.
@NullMarked
package dev.hstu.retrieval.config;

import org.jspecify.annotations.NullMarked;
