package dev.hstu.retrieval.nightly;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/// What one step does. A step killed at any moment may be run again and gives the same.
interface NightWork {

  NightStep step();

  /// Bytes that the step may at most add to the disk, before it deletes anything.
  long diskBytes(NightContext night) throws IOException;

  /// Numbers that decide the step's outcome and must stay the same when it is resumed.
  default SortedMap<String, Long> decide(NightContext night) throws IOException {
    return new TreeMap<>();
  }

  /// @throws NightRefusedException when trying again would end alike
  StepResult run(NightContext night, NightProgress progress) throws IOException;
}
