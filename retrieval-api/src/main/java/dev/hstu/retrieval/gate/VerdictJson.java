package dev.hstu.retrieval.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

  /// The verdict that a document tells.
  ///
  /// @throws IOException when it isn't one
  static GateVerdict parse(byte[] text) throws IOException {
    JsonNode document = new ObjectMapper().readTree(text);
    List<String> cautions = new ArrayList<>();
    document.path("cautions").forEach(caution -> cautions.add(caution.asText()));
    List<CheckResult> results = new ArrayList<>();
    document.path("checks").forEach(check -> results.add(result(check)));
    TreeMap<String, Double> figures = new TreeMap<>();
    document
        .path("figures")
        .properties()
        .forEach(figure -> figures.put(figure.getKey(), figure.getValue().asDouble()));
    try {
      return new GateVerdict(
          document.path("generation").asText(),
          document.path("live").asText(null),
          Instant.parse(document.path("judged_at").asText()),
          cautions,
          results,
          figures,
          document.path("seconds").asDouble());
    } catch (DateTimeException e) {
      throw new IOException("no verdict: " + e.getMessage(), e);
    }
  }

  private static CheckResult result(JsonNode check) {
    String name = check.path("check").asText();
    String measured = check.path("measured").asText();
    String bound = check.path("bound").asText();
    String sentence = check.path("sentence").asText();
    String mend = check.path("mend").asText();
    return switch (check.path("result").asText()) {
      case VerdictWords.PASSED -> new CheckResult.Passed(name, measured, bound, sentence);
      case VerdictWords.WARNS -> new CheckResult.Warned(name, measured, bound, sentence, mend);
      case VerdictWords.BLOCKS -> new CheckResult.Blocked(name, measured, bound, sentence, mend);
      default -> new CheckResult.Skipped(name, sentence);
    };
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
