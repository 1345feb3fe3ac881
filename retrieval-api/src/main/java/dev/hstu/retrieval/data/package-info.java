/// How interactions come in. [InteractionImport] turns log files of several formats into prepared
/// data ([dev.hstu.encoder.sequence.PreparedData]); [SimulatedWorld] makes a log with known truth.
///
/// An import is a pipe of primitives: a source of rows (text or Parquet), one
/// reader of values ([EventReader]), growing columns ([EventColumns]), one sort ([EventOrder]). No
/// text of the log is held in memory.
///
/// Nothing here prints or knows the command line; progress goes to a listener.
@NullMarked
package dev.hstu.retrieval.data;

import org.jspecify.annotations.NullMarked;
