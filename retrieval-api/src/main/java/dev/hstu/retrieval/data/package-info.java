/// How data comes in. [InteractionImport] turns log files of several formats into prepared data
/// ([dev.hstu.encoder.sequence.PreparedData]); [CheckpointImport] turns public weights into a model
/// folder; [SimulatedWorld] makes a log with known truth.
///
/// An import is a pipe of primitives: a source of rows ([RecordSource]: text or Parquet), one
/// reader of values ([EventReader]), growing columns ([EventColumns]), one sort ([EventOrder]). No
/// text of the log is held in memory.
///
/// Nothing here prints or knows the command line; progress goes to an [ImportListener], and input
/// that cannot be used is an [UnusableInputException].
@NullMarked
package dev.hstu.retrieval.data;

import org.jspecify.annotations.NullMarked;
