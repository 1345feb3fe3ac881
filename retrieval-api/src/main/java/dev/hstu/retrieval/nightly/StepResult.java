package dev.hstu.retrieval.nightly;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a step tells its journal, collected as it goes. For one thread.
final class StepResult {

  private final SortedMap<String, String> inputs = new TreeMap<>();
  private final SortedMap<String, String> outputs = new TreeMap<>();
  private final SortedMap<String, Double> figures = new TreeMap<>();
  private final List<String> remarks = new ArrayList<>();

  StepResult input(String name, String value) {
    inputs.put(name, value);
    return this;
  }

  StepResult output(String name, String value) {
    outputs.put(name, value);
    return this;
  }

  StepResult figure(String name, double value) {
    figures.put(name, value);
    return this;
  }

  StepResult remark(String sentence) {
    remarks.add(sentence);
    return this;
  }

  FinishedStep finished(NightStep step, String startedAt, double seconds, long bytes) {
    return new FinishedStep(step, startedAt, seconds, inputs, outputs, figures, remarks, bytes);
  }
}
