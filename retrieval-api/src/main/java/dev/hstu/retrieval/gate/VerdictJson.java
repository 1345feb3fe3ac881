package dev.hstu.retrieval.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/// A verdict as a JSON document.
public final class VerdictJson {

  private VerdictJson() {}

  /// The document, ready for a JSON writer.
  public static Map<String, Object> document(GateVerdict verdict) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("generation", verdict.generation());
    document.put("live", verdict.live());
    document.put("passed", verdict.passed());
    document.put("summary", verdict.summary());
    document.put("judged_at", verdict.judgedAt().toString());
    document.put("seconds", verdict.seconds());
    document.put("cautions", verdict.cautions());
    document.put("checks", verdict.results().stream().map(VerdictJson::document).toList());
    document.put("figures", verdict.figures());
    return document;
  }

  static String text(GateVerdict verdict) {
    try {
      return new ObjectMapper()
          .writerWithDefaultPrettyPrinter()
          .writeValueAsString(document(verdict));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a verdict of texts and numbers is always JSON", e);
    }
  }

  private static Map<String, Object> document(CheckResult result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("check", result.check());
    document.put("result", VerdictWords.outcome(result));
    switch (result) {
      case CheckResult.Passed passed -> {
        document.put("measured", passed.measured());
        document.put("bound", passed.bound());
      }
      case CheckResult.Warned warned -> {
        document.put("measured", warned.measured());
        document.put("bound", warned.bound());
        document.put("mend", warned.mend());
      }
      case CheckResult.Blocked blocked -> {
        document.put("measured", blocked.measured());
        document.put("bound", blocked.bound());
        document.put("mend", blocked.mend());
      }
      case CheckResult.Skipped skipped -> {}
    }
    document.put("sentence", result.sentence());
    return document;
  }
}
